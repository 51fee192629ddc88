//! The settings of one element as fields. A value is taken where the file would take it and `check`
//! finds nothing wrong with it.

use egui::Ui;
use eventloom_core::edit::Edit;
use eventloom_core::ids::ElementId;
use eventloom_core::project::Project;
use eventloom_core::project::check::{self, Severity};
use eventloom_core::project::set::{SetError, set};
use serde_json::{Value, json};

use super::field::{Field, Kind, Section, find};
use super::types;
use crate::command::{Command, CommandQueue};
use crate::context::FrameContext;
use crate::text::{tr, tr_args};
use crate::widgets::field::{Form, Words};
use crate::widgets::{format, section};

/// The fields of one element, or of the project, while they are shown.
pub(super) struct Sheet<'a, 'f> {
    pub(super) frame: &'a FrameContext<'a>,
    pub(super) form: &'a mut Form<'f>,
    /// None: the project as a whole.
    owner: Option<&'a ElementId>,
    /// Its settings as they are.
    pub(super) settings: Value,
    /// One working copy, so that two fields left at once lose neither change.
    after: Option<Project>,
}

impl<'a, 'f> Sheet<'a, 'f> {
    /// The sheet of an element; none: of the project.
    pub(super) fn new(
        frame: &'a FrameContext<'a>,
        form: &'a mut Form<'f>,
        owner: Option<&'a ElementId>,
    ) -> Self {
        let project = frame.project;
        let settings = match owner {
            Some(ElementId::Node(id)) => project.nodes.get(id).map(serde_json::to_value),
            Some(ElementId::Link(id)) => project.links.get(id).map(serde_json::to_value),
            None => Some(Ok(json!({
                "name": project.name, "text": project.text, "seed": project.seed,
            }))),
        };
        let settings = settings.and_then(Result::ok).unwrap_or_default();
        Self { frame, form, owner, settings, after: None }
    }

    /// Shows the sections; `more` adds to the first one.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        sections: &[Section],
        mut more: impl FnMut(&mut Ui),
    ) {
        ui.add_enabled_ui(!self.frame.read_only, |ui| {
            for (number, part) in sections.iter().enumerate() {
                if !part.fields.iter().any(|field| field.when.holds(&self.settings)) {
                    continue;
                }
                section::show(ui, self.frame.theme, tr(part.title), None, |ui| {
                    for field in part.fields {
                        if field.when.holds(&self.settings) {
                            self.show_field(ui, field);
                        }
                    }
                    if number == 0 {
                        more(ui);
                    }
                });
            }
        });
    }

    /// Asks for what was changed.
    pub(super) fn finish(self, commands: &mut CommandQueue) {
        let (Some(after), before) = (self.after, self.frame.project) else { return };
        let edit = match self.owner {
            Some(ElementId::Node(id)) => after
                .nodes
                .get(id)
                .filter(|node| before.nodes.get(id) != Some(node))
                .map(|node| Edit::SetNode { id: id.clone(), node: node.clone() }),
            Some(ElementId::Link(id)) => after
                .links
                .get(id)
                .filter(|link| before.links.get(id) != Some(link))
                .map(|link| Edit::SetLink { id: id.clone(), link: link.clone() }),
            None => {
                let about = |of: &Project| (of.name.clone(), of.text.clone(), of.seed);
                let (name, text, seed) = about(&after);
                (about(before) != about(&after)).then_some(Edit::SetAbout { name, text, seed })
            }
        };
        if let Some(edit) = edit {
            commands.push(Command::Edit(edit));
        }
    }

    fn show_field(&mut self, ui: &mut Ui, field: &Field) {
        let words = &field.words;
        let value = find(&self.settings, words.path);
        let shown = field.shown(value);
        match field.kind {
            Kind::Types => types::show(ui, self),
            Kind::Choice(variants) => {
                let options: Vec<(&str, &str)> =
                    variants.iter().map(|variant| (variant.name, tr(variant.label))).collect();
                let chosen = self.form.choice(ui, words, &options, &&*shown);
                if let Some(variant) = variants.iter().find(|v| Some(v.name) == chosen) {
                    let text = variant.written(value);
                    self.take_field(field, &text);
                }
            }
            Kind::Node(who) => {
                let id = self.owner.map_or("", ElementId::as_str);
                let mut options = who.options(self.frame.project, &self.settings, id);
                if field.optional {
                    options.insert(0, (String::new(), tr(words.hint).to_owned()));
                }
                if options.iter().all(|(id, _)| *id != shown) && field.optional {
                    let args = [("id", shown.clone().into())];
                    options.push((shown.clone(), tr_args("inspector-dead-letter-missing", &args)));
                }
                let named: Vec<(&str, &str)> =
                    options.iter().map(|(id, name)| (&**id, &**name)).collect();
                if let Some(id) = self.form.choice(ui, words, &named, &&*shown) {
                    let text = if id.is_empty() { "None" } else { id };
                    self.take_field(field, text);
                }
            }
            Kind::Paragraph(rows) | Kind::List(rows) => {
                ui.add_space(4.0);
                let written = self.form.paragraph(ui, words, &shown, rows);
                ui.add_space(8.0);
                if let Some(text) = written {
                    self.take_paragraph(field, &shown, &text);
                }
            }
            Kind::Text | Kind::Number | Kind::Seconds | Kind::Percent | Kind::Whole => {
                let unit = unit_of(words, field.kind, &shown);
                let (project, owner) = (self.frame.project, self.owner);
                let put = |copy: &mut Project, value: &str| put(copy, owner, field, value);
                let judge = judge(project, owner, field, put, words.path);
                if let Some(text) = self.form.line_in(ui, words, &unit, &shown, judge) {
                    self.take_field(field, &text);
                }
            }
        }
    }

    /// An editor alone, without a label at its side.
    pub(super) fn editor(&mut self, ui: &mut Ui, field: &Field, path: &str, label: &str) {
        let shown = field.shown(find(&self.settings, path));
        let unit = if field.words.unit.is_empty() { "" } else { tr(field.words.unit) };
        let edges = crate::widgets::field::Edges { label, unit, hint: field.words.hint };
        let (project, owner) = (self.frame.project, self.owner);
        let full = full_path(owner, path);
        let put = |copy: &mut Project, value: &str| set(copy, &full, value);
        let judge = judge(project, owner, field, put, path);
        if let Some(text) = self.form.editor(ui, path, &edges, &shown, judge) {
            self.take(path, &text);
        }
    }

    /// A text of several lines is taken; else it stays as it was written, with what is wrong below.
    fn take_paragraph(&mut self, field: &Field, shown: &str, text: &str) {
        let (project, owner) = (self.frame.project, self.owner);
        let put = |copy: &mut Project, value: &str| put(copy, owner, field, value);
        match judge(project, owner, field, put, field.words.path)(text) {
            Ok(text) => self.take_field(field, &text),
            Err(allowed) => self.form.refuse(field.words.path, shown, text, allowed),
        }
    }

    fn take_field(&mut self, field: &Field, value: &str) {
        let after = self.after.get_or_insert_with(|| self.frame.project.clone());
        if let Err(error) = put(after, self.owner, field, value) {
            // A field was shown that the file does not know; a test holds that there is none.
            tracing::error!("{error}");
        }
    }

    /// Puts a value, as the file writes it, in place of what is at the path.
    pub(super) fn take(&mut self, path: &str, value: &str) {
        let after = self.after.get_or_insert_with(|| self.frame.project.clone());
        if let Err(error) = set(after, &full_path(self.owner, path), value) {
            // A field was shown that the file does not know; a test holds that there is none.
            tracing::error!("{error}");
        }
    }
}

/// Sets a field's value; where the file leaves out what it is a part of, all of that.
pub(super) fn put(
    project: &mut Project,
    owner: Option<&ElementId>,
    field: &Field,
    value: &str,
) -> Result<(), SetError> {
    let path = full_path(owner, field.words.path);
    match (set(project, &path, value), field.inside) {
        // A value that does not fit the field does not fit the whole either: then the first error tells.
        (Err(error), Some((whole, new))) => {
            set(project, &full_path(owner, whole), &new.replace("{}", value)).map_err(|_| error)
        }
        (done, _) => done,
    }
}

/// Whether a field's text is taken: what the file would hold, else what is allowed. It is set in a
/// copy, about which `check` is asked.
fn judge<'a>(
    project: &'a Project,
    owner: Option<&'a ElementId>,
    field: &'a Field,
    set: impl Fn(&mut Project, &str) -> Result<(), SetError> + 'a,
    path: &'a str,
) -> impl Fn(&str) -> Result<String, String> + 'a {
    move |text| {
        let value = field.written(text)?;
        let mut copy = project.clone();
        set(&mut copy, &value).map_err(|error| refusal(field.kind, error))?;
        match problem_at(&copy, owner, path) {
            Some(allowed) => Err(allowed),
            None => Ok(value),
        }
    }
}

fn refusal(kind: Kind, error: SetError) -> String {
    match (kind, error) {
        // Of a number of the right form only its size can be wrong.
        (Kind::Whole, _) => tr("field-too-large").to_owned(),
        (_, SetError::Value { message, .. }) => message,
        (_, error) => error.to_string(),
    }
}

/// What is allowed at the path, where what is there is not.
fn problem_at(project: &Project, owner: Option<&ElementId>, path: &str) -> Option<String> {
    let here = check::check(project).into_iter().find(|problem| {
        problem.severity == Severity::Error
            && problem.id.as_ref() == owner
            && problem.field.as_deref().is_some_and(|field| is_about(field, path))
    })?;
    // What was written still stands in the field.
    here.message.split(" It was ").next().map(str::to_owned)
}

/// Whether a problem at `field` is one of the setting at `path`: `size` is one of `size.0`, and
/// `emissions.0.probability` is one of `emissions`.
fn is_about(field: &str, path: &str) -> bool {
    let number = path.strip_prefix(field).and_then(|rest| rest.strip_prefix('.'));
    let is_inside = field.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
    path == field
        || is_inside
        || number.is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
}

fn full_path(owner: Option<&ElementId>, path: &str) -> String {
    match owner {
        Some(ElementId::Node(id)) => format!("nodes.{id}.{path}"),
        Some(ElementId::Link(id)) => format!("links.{id}.{path}"),
        None => path.to_owned(),
    }
}

/// The unit; below a second people think in milliseconds, so those are told, too.
fn unit_of(words: &Words, kind: Kind, shown: &str) -> String {
    let unit = if words.unit.is_empty() { "" } else { tr(words.unit) };
    match (kind, shown.parse::<f64>()) {
        (Kind::Seconds, Ok(value)) if value > 0.0 && value < 1.0 => {
            format!("{unit} · {}", format::seconds(value))
        }
        _ => unit.to_owned(),
    }
}
