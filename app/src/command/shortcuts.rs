//! Text, tooltip and shortcuts of the named actions, and the listener that turns keys into them.

use egui::{Context, Key, KeyboardShortcut, Modifiers};

use super::{Action, CommandQueue};
use crate::text::tr;

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

/// What the window is like now, as far as it decides which actions make sense.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// A document is open.
    pub document: bool,
    /// There is a step to take back.
    pub can_undo: bool,
    /// There is a step to do again.
    pub can_redo: bool,
    /// Something is selected.
    pub selection: bool,
    /// A run is on.
    pub run: bool,
    /// The playhead is in the past, where nothing can be changed.
    pub past: bool,
}

impl Action {
    /// Every action, in the order of the menus.
    pub const ALL: [Self; 29] = [
        Self::New,
        Self::Open,
        Self::Save,
        Self::SaveAs,
        Self::ToStart,
        Self::Quit,
        Self::Undo,
        Self::Redo,
        Self::Delete,
        Self::SelectAll,
        Self::Escape,
        Self::ZoomToFit,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::ZoomReset,
        Self::ToggleTheme,
        Self::PlayPause,
        Self::Stop,
        Self::Restart,
        Self::RestartNextSeed,
        Self::StepFact,
        Self::StepVisible,
        Self::StepBack,
        Self::SeekStart,
        Self::GoLive,
        Self::Faster,
        Self::Slower,
        Self::ShowShortcuts,
        Self::About,
    ];

    /// What menus and buttons call it.
    pub fn text(self) -> &'static str {
        match self {
            Self::New => tr("shell-action-new"),
            Self::Open => tr("shell-action-open"),
            Self::Save => tr("shell-action-save"),
            Self::SaveAs => tr("shell-action-save-as"),
            Self::ToStart => tr("shell-action-to-start"),
            Self::Quit => tr("shell-action-quit"),
            Self::Undo => tr("shell-action-undo"),
            Self::Redo => tr("shell-action-redo"),
            Self::Delete => tr("shell-action-delete"),
            Self::SelectAll => tr("shell-action-select-all"),
            Self::Escape => tr("shell-action-escape"),
            Self::ZoomToFit => tr("shell-action-zoom-to-fit"),
            Self::ZoomIn => tr("shell-action-zoom-in"),
            Self::ZoomOut => tr("shell-action-zoom-out"),
            Self::ZoomReset => tr("shell-action-zoom-reset"),
            Self::ToggleTheme => tr("shell-action-toggle-theme"),
            Self::PlayPause => tr("shell-action-play-pause"),
            Self::Stop => tr("shell-action-stop"),
            Self::Restart => tr("shell-action-restart"),
            Self::RestartNextSeed => tr("shell-action-restart-next-seed"),
            Self::StepFact => tr("shell-action-step-fact"),
            Self::StepVisible => tr("shell-action-step-visible"),
            Self::StepBack => tr("shell-action-step-back"),
            Self::SeekStart => tr("shell-action-seek-start"),
            Self::GoLive => tr("shell-action-go-live"),
            Self::Faster => tr("shell-action-faster"),
            Self::Slower => tr("shell-action-slower"),
            Self::ShowShortcuts => tr("shell-action-show-shortcuts"),
            Self::About => tr("shell-action-about"),
        }
    }

    /// What it does, in a sentence.
    pub fn tooltip(self) -> &'static str {
        match self {
            Self::New => tr("shell-tip-new"),
            Self::Open => tr("shell-tip-open"),
            Self::Save => tr("shell-tip-save"),
            Self::SaveAs => tr("shell-tip-save-as"),
            Self::ToStart => tr("shell-tip-to-start"),
            Self::Quit => tr("shell-tip-quit"),
            Self::Undo => tr("shell-tip-undo"),
            Self::Redo => tr("shell-tip-redo"),
            Self::Delete => tr("shell-tip-delete"),
            Self::SelectAll => tr("shell-tip-select-all"),
            Self::Escape => tr("shell-tip-escape"),
            Self::ZoomToFit => tr("shell-tip-zoom-to-fit"),
            Self::ZoomIn => tr("shell-tip-zoom-in"),
            Self::ZoomOut => tr("shell-tip-zoom-out"),
            Self::ZoomReset => tr("shell-tip-zoom-reset"),
            Self::ToggleTheme => tr("shell-tip-toggle-theme"),
            Self::PlayPause => tr("shell-tip-play-pause"),
            Self::Stop => tr("shell-tip-stop"),
            Self::Restart => tr("shell-tip-restart"),
            Self::RestartNextSeed => tr("shell-tip-restart-next-seed"),
            Self::StepFact => tr("shell-tip-step-fact"),
            Self::StepVisible => tr("shell-tip-step-visible"),
            Self::StepBack => tr("shell-tip-step-back"),
            Self::SeekStart => tr("shell-tip-seek-start"),
            Self::GoLive => tr("shell-tip-go-live"),
            Self::Faster => tr("shell-tip-faster"),
            Self::Slower => tr("shell-tip-slower"),
            Self::ShowShortcuts => tr("shell-tip-show-shortcuts"),
            Self::About => tr("shell-tip-about"),
        }
    }

    /// The keys that call it; the first one is shown in menus.
    pub fn shortcuts(self) -> &'static [KeyboardShortcut] {
        match self {
            Self::New => const { &[ctrl(Key::N)] },
            Self::Open => const { &[ctrl(Key::O)] },
            Self::Save => const { &[ctrl(Key::S)] },
            Self::SaveAs => const { &[ctrl_shift(Key::S)] },
            Self::Quit => const { &[ctrl(Key::Q)] },
            Self::Undo => const { &[ctrl(Key::Z)] },
            Self::Redo => const { &[ctrl_shift(Key::Z), ctrl(Key::Y)] },
            Self::Delete => const { &[plain(Key::Delete), plain(Key::Backspace)] },
            Self::SelectAll => const { &[ctrl(Key::A)] },
            Self::Escape => const { &[plain(Key::Escape)] },
            Self::ZoomToFit => const { &[ctrl(Key::Num0), plain(Key::F)] },
            Self::ZoomIn => const { &[plain(Key::Plus), plain(Key::Equals), ctrl(Key::Plus)] },
            Self::ZoomOut => const { &[plain(Key::Minus), ctrl(Key::Minus)] },
            Self::ZoomReset => const { &[ctrl(Key::Num1)] },
            Self::PlayPause => const { &[plain(Key::Space)] },
            Self::Restart => const { &[ctrl(Key::R)] },
            Self::RestartNextSeed => const { &[ctrl_shift(Key::R)] },
            Self::StepFact => const { &[plain(Key::ArrowRight)] },
            Self::StepVisible => const { &[shift(Key::ArrowRight)] },
            Self::StepBack => const { &[plain(Key::ArrowLeft)] },
            Self::SeekStart => const { &[plain(Key::Home)] },
            Self::GoLive => const { &[plain(Key::End)] },
            Self::Faster => const { &[plain(Key::Period)] },
            Self::Slower => const { &[plain(Key::Comma)] },
            Self::ShowShortcuts => const { &[plain(Key::F1)] },
            Self::ToStart | Self::ToggleTheme | Self::Stop | Self::About => &[],
        }
    }

    /// Whether it makes sense now.
    pub fn is_enabled(self, now: Situation) -> bool {
        match self {
            Self::New | Self::Open | Self::Quit | Self::ToggleTheme => true,
            Self::ShowShortcuts | Self::About => true,
            Self::Save
            | Self::SaveAs
            | Self::ToStart
            | Self::SelectAll
            | Self::Escape
            | Self::ZoomToFit
            | Self::ZoomIn
            | Self::ZoomOut
            | Self::ZoomReset
            | Self::PlayPause => now.document,
            Self::Undo => now.can_undo && !now.past,
            Self::Redo => now.can_redo && !now.past,
            Self::Delete => now.selection && !now.past,
            Self::Stop
            | Self::Restart
            | Self::RestartNextSeed
            | Self::StepFact
            | Self::StepVisible
            | Self::StepBack
            | Self::SeekStart
            | Self::GoLive
            | Self::Faster
            | Self::Slower => now.run,
        }
    }

    /// Whether its keys mean the same while somebody types.
    fn works_while_typing(self) -> bool {
        matches!(
            self,
            Self::New
                | Self::Open
                | Self::Save
                | Self::SaveAs
                | Self::Quit
                | Self::Restart
                | Self::RestartNextSeed
                | Self::ShowShortcuts
        )
    }
}

/// Pushes the actions that wind a run, whose keys were pressed. Called before the panels, so that
/// the arrows wind and do not walk.
pub fn listen_for_transport(ctx: &Context, now: Situation, queue: &mut CommandQueue) {
    let winds = [
        Action::StepVisible,
        Action::StepFact,
        Action::StepBack,
        Action::SeekStart,
        Action::GoLive,
    ];
    for action in winds.into_iter().filter(|action| action.is_enabled(now)) {
        let pressed = |keys| ctx.input_mut(|input| input.consume_shortcut(keys));
        if action.shortcuts().iter().any(pressed) {
            queue.act(action);
        }
    }
}

/// Pushes the actions whose keys were pressed. Called after the panels, which have taken the keys
/// that they use. `typing`: whether a text field had the keyboard in this frame; `focused`: whether
/// another widget has it, to which Space then belongs.
pub fn listen(
    ctx: &Context,
    now: Situation,
    typing: bool,
    focused: bool,
    queue: &mut CommandQueue,
) {
    let mut keys: Vec<(KeyboardShortcut, Action)> = Action::ALL
        .iter()
        .flat_map(|action| action.shortcuts().iter().map(|keys| (*keys, *action)))
        .collect();
    // Ctrl+Shift+Z would else be taken for Ctrl+Z.
    let modifiers =
        |keys: &KeyboardShortcut| u8::from(keys.modifiers.shift) + u8::from(keys.modifiers.command);
    keys.sort_by_key(|(keys, _)| std::cmp::Reverse(modifiers(keys)));
    for (keys, action) in keys {
        let taken = typing && !action.works_while_typing()
            || focused && keys == plain(Key::Space)
            || !action.is_enabled(now);
        if !taken && ctx.input_mut(|input| input.consume_shortcut(&keys)) {
            queue.act(action);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use egui::{Event, RawInput};

    use super::super::Command;
    use super::*;

    const EVERYTHING: Situation = Situation {
        document: true,
        can_undo: true,
        can_redo: true,
        selection: true,
        run: true,
        past: false,
    };

    fn press(keys: KeyboardShortcut, now: Situation, typing: bool) -> Vec<Command> {
        let ctx = Context::default();
        let mut input = RawInput::default();
        input.events.push(Event::ModifiersChanged(keys.modifiers));
        input.events.push(Event::Key {
            key: keys.logical_key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: keys.modifiers,
        });
        let mut queue = CommandQueue::default();
        let mut output = ctx.run_ui(input, |ui| listen(ui.ctx(), now, typing, false, &mut queue));
        // Nothing is painted here.
        output.textures_delta.clear();
        queue.take()
    }

    /// The modifiers as a keyboard sends them where Ctrl is the command key.
    fn sent(keys: KeyboardShortcut) -> KeyboardShortcut {
        let mut modifiers = keys.modifiers;
        modifiers.ctrl |= modifiers.command;
        KeyboardShortcut::new(modifiers, keys.logical_key)
    }

    #[test]
    fn every_shortcut_calls_its_own_action_and_no_other() {
        for action in Action::ALL {
            for keys in action.shortcuts() {
                let got = press(sent(*keys), EVERYTHING, false);
                assert_eq!(got, [Command::Act(action)], "{keys:?}");
            }
        }
    }

    #[test]
    fn every_action_is_listed_once_with_texts_of_its_own() {
        let texts: BTreeSet<&str> = Action::ALL.iter().map(|action| action.text()).collect();
        assert_eq!(texts.len(), Action::ALL.len());
        let tips: BTreeSet<&str> = Action::ALL.iter().map(|action| action.tooltip()).collect();
        assert_eq!(tips.len(), Action::ALL.len());
    }

    #[test]
    fn keys_of_a_text_field_are_left_to_it() {
        for keys in [plain(Key::Delete), plain(Key::Space), plain(Key::ArrowLeft), ctrl(Key::Z)] {
            assert_eq!(press(sent(keys), EVERYTHING, true), [], "{keys:?}");
        }
        let save = press(sent(ctrl(Key::S)), EVERYTHING, true);
        assert_eq!(save, [Command::Act(Action::Save)]);
    }

    #[test]
    fn without_a_document_only_what_makes_sense_is_done() {
        let nothing = Situation::default();
        assert_eq!(press(plain(Key::Space), nothing, false), []);
        assert_eq!(press(sent(ctrl(Key::N)), nothing, false), [Command::Act(Action::New)]);
        let past = Situation { past: true, ..EVERYTHING };
        assert_eq!(press(plain(Key::Delete), past, false), []);
    }
}
