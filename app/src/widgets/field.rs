//! Fields of a form: a label with its help, an editor, and under it what is wrong. Texts and numbers
//! edit a draft that is committed with Enter or when the focus leaves; Escape brings back what was.

use std::collections::BTreeMap;

use egui::{
    Color32, ComboBox, Frame, Key, Margin, Rect, Response, Sense, Stroke, StrokeKind, TextEdit, Ui,
    Vec2, pos2, vec2,
};
use eventloom_core::project::check::{Problem, Severity};

use super::icons::Icon;
use super::lettering;
use crate::text::{tr, tr_args};
use crate::theme::Theme;

const LABEL_WIDTH: f32 = 116.0;
const HEIGHT: f32 = 24.0;

/// The words of a field, by their keys in the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// The path of the setting inside its element, as `check` names it.
    pub path: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What it does, in a sentence.
    pub help: &'static str,
    /// Its unit, shown in the field; empty: none.
    pub unit: &'static str,
    /// What an empty field means; empty: nothing.
    pub hint: &'static str,
}

#[derive(Debug)]
struct Draft {
    text: String,
    /// What the field showed when the draft was begun.
    base: String,
    /// Why the draft was not taken.
    refusal: Option<String>,
}

/// The texts being edited, by path. A draft lives while its field has the focus, and on while it was
/// refused.
#[derive(Debug, Default)]
pub struct Drafts {
    drafts: BTreeMap<String, Draft>,
}

impl Drafts {
    /// Forgets all drafts.
    pub fn clear(&mut self) {
        self.drafts.clear();
    }
}

/// What fields of one form share.
pub struct Form<'a> {
    /// The colours.
    pub theme: &'a Theme,
    /// The texts being edited.
    pub drafts: &'a mut Drafts,
    /// What is wrong with the element that the form shows.
    pub problems: &'a [&'a Problem],
}

/// Something to say under a field.
struct Remark {
    text: String,
    severity: Severity,
}

impl Form<'_> {
    fn problem(&self, path: &str) -> Option<Remark> {
        let at_path = |problem: &&&Problem| problem.field.as_deref() == Some(path);
        let worst = self.problems.iter().filter(at_path).min_by_key(|problem| problem.severity)?;
        Some(Remark { text: worst.message.clone(), severity: worst.severity })
    }

    /// A field that holds one line. `parse` says what is allowed where the text is not. Returns the
    /// new value once it is committed.
    pub fn line<T>(
        &mut self,
        ui: &mut Ui,
        words: &Words,
        current: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let unit = if words.unit.is_empty() { "" } else { tr(words.unit) };
        self.line_in(ui, words, unit, current, parse)
    }

    /// The same, with a unit that depends on the value.
    pub fn line_in<T>(
        &mut self,
        ui: &mut Ui,
        words: &Words,
        unit: &str,
        current: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        labelled(ui, self.theme, words, |ui| {
            let edges = Edges { label: tr(words.label), unit, hint: words.hint };
            self.editor(ui, words.path, &edges, current, parse)
        })
    }

    /// The editor of a field alone, in the width that is there.
    pub fn editor<T>(
        &mut self,
        ui: &mut Ui,
        path: &str,
        edges: &Edges<'_>,
        current: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let id = ui.make_persistent_id(("field", path));
        let focused = ui.memory(|memory| memory.has_focus(id));
        self.drop_stale(path, current, focused);
        let mut text = match self.drafts.drafts.get(path) {
            Some(draft) => draft.text.clone(),
            None => current.to_owned(),
        };
        let refusal = self.drafts.drafts.get(path).and_then(|draft| draft.refusal.clone());
        let remark = match refusal {
            Some(text) => Some(Remark { text, severity: Severity::Error }),
            None => self.problem(path),
        };
        let response = one_line(ui, self.theme, id, &mut text, edges, remark.as_ref());
        let refuse = |allowed: String| refusal_text(&allowed, current);
        if response.changed() {
            let draft = self.drafts.drafts.entry(path.to_owned()).or_insert_with(|| Draft {
                text: String::new(),
                base: current.to_owned(),
                refusal: None,
            });
            // Once refused, a draft is told at each keystroke how it stands.
            if draft.refusal.is_some() {
                draft.refusal = parse(&text).err().map(refuse);
            }
            draft.text.clone_from(&text);
        }
        let mut committed = None;
        if response.lost_focus() {
            committed = self.commit(ui, &response, path, current, &text, parse);
        }
        show_remark(ui, self.theme, remark);
        committed
    }

    fn commit<T>(
        &mut self,
        ui: &Ui,
        response: &Response,
        path: &str,
        current: &str,
        text: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        if ui.input(|input| input.key_pressed(Key::Escape)) || text == current {
            self.drafts.drafts.remove(path);
            return None;
        }
        match parse(text) {
            Ok(value) => {
                self.drafts.drafts.remove(path);
                Some(value)
            }
            Err(allowed) => {
                if let Some(draft) = self.drafts.drafts.get_mut(path) {
                    draft.refusal = Some(refusal_text(&allowed, current));
                }
                if ui.input(|input| input.key_pressed(Key::Enter)) {
                    response.request_focus();
                }
                None
            }
        }
    }

    /// A draft whose value was changed elsewhere (by undo, say) would hide that.
    fn drop_stale(&mut self, path: &str, current: &str, focused: bool) {
        let stale = |draft: &Draft| {
            draft.base != current || (!focused && draft.refusal.is_none() && draft.text == current)
        };
        if !focused && self.drafts.drafts.get(path).is_some_and(stale) {
            self.drafts.drafts.remove(path);
        }
    }

    /// Keeps the text of a paragraph that was not taken, and says below it what is allowed.
    pub fn refuse(&mut self, path: &str, current: &str, text: &str, allowed: String) {
        let draft =
            Draft { text: text.to_owned(), base: current.to_owned(), refusal: Some(allowed) };
        self.drafts.drafts.insert(path.to_owned(), draft);
    }

    /// A text of several lines, committed when the focus leaves. Returns the new text then; where it
    /// cannot be taken, [`Form::refuse`] keeps it.
    pub fn paragraph(
        &mut self,
        ui: &mut Ui,
        words: &Words,
        current: &str,
        rows: usize,
    ) -> Option<String> {
        label(ui, self.theme, words, ui.available_width());
        let id = ui.make_persistent_id(("field", words.path));
        let focused = ui.memory(|memory| memory.has_focus(id));
        self.drop_stale(words.path, current, focused);
        let mut text = match self.drafts.drafts.get(words.path) {
            Some(draft) => draft.text.clone(),
            None => current.to_owned(),
        };
        let edit = TextEdit::multiline(&mut text)
            .id(id)
            .desired_rows(rows)
            .desired_width(f32::INFINITY)
            .font(lettering::body())
            .text_color(ink(ui, self.theme))
            .hint_text(hint(words.hint, self.theme))
            .frame(Frame::NONE.fill(self.theme.bg_field).inner_margin(Margin::symmetric(8, 6)));
        let response = ui.add(edit);
        name(ui, &response, tr(words.label));
        edge(ui, self.theme, response.rect, &response, self.theme.line_strong);
        let refusal = self.drafts.drafts.get(words.path).and_then(|draft| draft.refusal.clone());
        let remark = match &refusal {
            Some(text) => Some(Remark { text: text.clone(), severity: Severity::Error }),
            None => self.problem(words.path),
        };
        if response.changed() {
            let draft = Draft { text: text.clone(), base: current.to_owned(), refusal };
            self.drafts.drafts.insert(words.path.to_owned(), draft);
        }
        let mut committed = None;
        if response.lost_focus() {
            let left_as_was = ui.input(|input| input.key_pressed(Key::Escape));
            self.drafts.drafts.remove(words.path);
            committed = (!left_as_was && text != current).then_some(text);
        }
        show_remark(ui, self.theme, remark);
        committed
    }

    /// A choice from a list. Returns what is chosen, where that is not what it was.
    pub fn choice<T: Clone + PartialEq>(
        &mut self,
        ui: &mut Ui,
        words: &Words,
        options: &[(T, &str)],
        current: &T,
    ) -> Option<T> {
        let remark = self.problem(words.path);
        let theme = self.theme;
        labelled(ui, theme, words, |ui| {
            let shown = options.iter().find(|(value, _)| value == current);
            let shown = shown.map_or(tr("field-unknown"), |(_, text)| *text);
            let mut chosen = None;
            ui.visuals_mut().widgets.inactive.weak_bg_fill = theme.bg_field;
            let combo = ComboBox::from_id_salt(words.path)
                .width(ui.available_width())
                .truncate()
                .icon(paint_chevron)
                .selected_text(egui::RichText::new(shown).font(lettering::body()));
            let response = combo
                .show_ui(ui, |ui| {
                    for (value, text) in options {
                        if ui.selectable_label(value == current, *text).clicked() {
                            chosen = Some(value.clone());
                        }
                    }
                })
                .response;
            name(ui, &response, tr(words.label));
            if let Some(remark) = &remark {
                edge(ui, theme, response.rect, &response, edge_colour(theme, Some(remark)));
            }
            show_remark(ui, theme, remark);
            chosen.filter(|value| value != current)
        })
    }
}

/// What surrounds the text of an editor.
pub struct Edges<'a> {
    /// Its accessible name.
    pub label: &'a str,
    /// Its unit, or empty.
    pub unit: &'a str,
    /// The key of what an empty field means, or empty.
    pub hint: &'static str,
}

fn paint_chevron(ui: &Ui, rect: Rect, visuals: &egui::style::WidgetVisuals, _is_open: bool) {
    let square = Rect::from_center_size(rect.center(), Vec2::splat(12.0));
    Icon::ChevronDown.paint(ui.painter(), square, visuals.fg_stroke.color);
}

fn refusal_text(allowed: &str, current: &str) -> String {
    if current.is_empty() {
        tr_args("field-refused-was-empty", &[("allowed", allowed.into())])
    } else {
        tr_args("field-refused", &[("allowed", allowed.into()), ("was", current.into())])
    }
}

fn hint(key: &'static str, theme: &Theme) -> egui::RichText {
    let text = if key.is_empty() { "" } else { tr(key) };
    egui::RichText::new(text).font(lettering::body()).color(theme.text_3)
}

fn ink(ui: &Ui, theme: &Theme) -> Color32 {
    if ui.is_enabled() { theme.text } else { theme.text_disabled }
}

/// Gives a widget its accessible name.
fn name(ui: &Ui, response: &Response, label: &str) {
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(label));
}

fn one_line(
    ui: &mut Ui,
    theme: &Theme,
    id: egui::Id,
    text: &mut String,
    edges: &Edges<'_>,
    remark: Option<&Remark>,
) -> Response {
    let font = lettering::caption();
    let unit = lettering::one_line(ui.painter(), edges.unit, font, theme.text_3, f32::INFINITY);
    let unit_room = if unit.is_empty() { 8.0 } else { unit.size().x + 14.0 };
    let wide = ui.available_width();
    let inside = Margin { left: 8, right: unit_room as i8, top: 2, bottom: 2 };
    let edit = TextEdit::singleline(text)
        .id(id)
        .desired_width((wide - 8.0 - unit_room).max(16.0))
        .min_size(vec2(wide, HEIGHT))
        .font(lettering::body())
        .text_color(ink(ui, theme))
        .hint_text(hint(edges.hint, theme))
        .align(egui::Align2::LEFT_CENTER)
        .frame(Frame::NONE.fill(theme.bg_field).inner_margin(inside));
    let response = ui.add(edit);
    name(ui, &response, edges.label);
    let rect = response.rect;
    let at = pos2(rect.right() - 8.0 - unit.size().x, rect.center().y - unit.size().y / 2.0);
    ui.painter().galley(at, unit, theme.text_3);
    edge(ui, theme, rect, &response, edge_colour(theme, remark));
    response
}

fn edge_colour(theme: &Theme, remark: Option<&Remark>) -> Color32 {
    match remark.map(|remark| remark.severity) {
        Some(Severity::Error) => theme.full,
        Some(Severity::Warning) => theme.warn,
        None => theme.line_strong,
    }
}

fn edge(ui: &Ui, theme: &Theme, rect: Rect, response: &Response, rest: Color32) {
    let colour = if response.has_focus() && rest == theme.line_strong {
        theme.accent
    } else if response.hovered() && rest == theme.line_strong {
        theme.line_control
    } else {
        rest
    };
    let painter = ui.painter();
    painter.rect_stroke(rect, 4.0, Stroke::new(1.0, colour), StrokeKind::Inside);
}

fn show_remark(ui: &mut Ui, theme: &Theme, remark: Option<Remark>) {
    let Some(remark) = remark else { return };
    let colour = match remark.severity {
        Severity::Error => theme.full_text,
        Severity::Warning => theme.warn_text,
    };
    lettering::paragraph(ui, &remark.text, lettering::caption(), colour);
}

/// A label at the left with its help, and at its right what `contents` shows.
fn labelled<R>(
    ui: &mut Ui,
    theme: &Theme,
    words: &Words,
    contents: impl FnOnce(&mut Ui) -> R,
) -> R {
    let inner = ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let width = LABEL_WIDTH.min(ui.available_width() / 2.0);
        label(ui, theme, words, width);
        ui.vertical(contents).inner
    });
    ui.add_space(8.0);
    inner.inner
}

fn label(ui: &mut Ui, theme: &Theme, words: &Words, width: f32) {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, HEIGHT), Sense::hover());
    lettering::left(ui.painter(), rect, tr(words.label), lettering::small(), theme.text_2);
    if !words.help.is_empty() {
        response.on_hover_text(tr(words.help));
    }
}
