//! What panels ask for. A panel pushes commands; after drawing, `command/apply` alone carries them
//! out. Text, tooltip and shortcut of those that a user can call by name are exhaustive matches.

pub(crate) mod apply;
pub mod shortcuts;

use std::path::PathBuf;

use egui::Pos2;
use eventloom_core::edit::Edit;
use eventloom_core::ids::{ElementId, NodeId};
use eventloom_core::live::Speed;
use eventloom_core::project::NodeKind;
use eventloom_core::time::SimTime;
use eventloom_core::world::{Input, NodeState};

use crate::theme::ThemeName;
use crate::view_state::{Camera, Selection, Workspace};

/// A command without arguments, callable by name, menu and shortcut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// A new, empty project.
    New,
    /// Choose a project or log to open.
    Open,
    /// Save under the present path, else ask for one.
    Save,
    /// Save under another path.
    SaveAs,
    /// Leave the project for the start view.
    ToStart,
    /// Close the window.
    Quit,
    /// Take the last change back.
    Undo,
    /// Bring back what was taken back.
    Redo,
    /// Remove what is selected.
    Delete,
    /// Select everything.
    SelectAll,
    /// Select nothing, leave a gesture, close a popup.
    Escape,
    /// Show the whole drawing.
    ZoomToFit,
    /// Closer.
    ZoomIn,
    /// Further.
    ZoomOut,
    /// One to one.
    ZoomReset,
    /// Light instead of dark, and back.
    ToggleTheme,
    /// Start, pause or resume the run.
    PlayPause,
    /// End the run and return to the drawing.
    Stop,
    /// Start anew with the same seed.
    Restart,
    /// Start anew with the next seed.
    RestartNextSeed,
    /// On to the next fact.
    StepFact,
    /// On to the next change that can be seen.
    StepVisible,
    /// Back by one fact.
    StepBack,
    /// Back to the start of the run.
    SeekStart,
    /// Back to the run's front.
    GoLive,
    /// Twice as fast.
    Faster,
    /// Half as fast.
    Slower,
    /// List all shortcuts.
    ShowShortcuts,
    /// Say what this program is.
    About,
}

/// Something to be done, in the order of asking, after the frame is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// One of the named actions.
    Act(Action),
    /// Open this file: a project.
    OpenPath(PathBuf),
    /// Open the bundled sample with this number as an unsaved copy.
    OpenSample(usize),
    /// A new project with a note that says how to begin.
    FirstTopology,
    /// Save under this path.
    SaveTo(PathBuf),
    /// Forget the list of recent files.
    ClearRecent,
    /// Change the project: one undo step.
    Edit(Edit),
    /// A gesture begins (a drag of nodes, of a number): what follows is one undo step.
    BeginGesture,
    /// What the gesture would do if it ended now; replaces its last preview.
    Preview(Edit),
    /// The gesture ends.
    EndGesture,
    /// The gesture is given up; the project is as before it.
    AbortGesture,
    /// Place a new node from the palette, with its middle here on the canvas (in canvas points);
    /// none: at a free place in view.
    AddNode {
        /// What to place, with its settings.
        kind: NodeKind,
        /// Where.
        at: Option<Pos2>,
    },
    /// Draw a link.
    AddLink {
        /// From this node.
        from: NodeId,
        /// To that one.
        to: NodeId,
    },
    /// Select these.
    Select(Selection),
    /// Select it and bring it into view.
    Reveal(ElementId),
    /// Look at the canvas from here.
    SetCamera(Camera),
    /// Change the workspace.
    SetWorkspace(Workspace),
    /// Change the theme.
    SetTheme(ThemeName),
    /// Start anew with this seed.
    RestartSeed(u64),
    /// Let time go by at this speed.
    SetSpeed(Speed),
    /// Show the run at this moment.
    Seek(SimTime),
    /// Publish one event by hand at this producer or channel.
    Publish(NodeId),
    /// Crash, stop, restart or purge this node of the run.
    Control(NodeId, Control),
    /// Answer to the question about unsaved work.
    AnswerUnsaved(UnsavedAnswer),
    /// Close the notice with this number.
    DismissNotice(u64),
}

/// What can be done by hand to a node of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// It crashes.
    Crash,
    /// It stops: a producer is silent, a consumer takes nothing new.
    Stop,
    /// It is up again.
    Restart,
    /// Its ready events are thrown away.
    Purge,
}

impl Control {
    /// What can be done to a node of this kind in this state.
    pub fn of(kind: &NodeKind, state: NodeState) -> Vec<Self> {
        let works = matches!(kind, NodeKind::Producer(_) | NodeKind::Consumer(_));
        let all = [
            (Self::Restart, state != NodeState::Up),
            (Self::Stop, works && state == NodeState::Up),
            (Self::Crash, state != NodeState::Crashed && !matches!(kind, NodeKind::Note(_))),
            (Self::Purge, kind.is_channel()),
        ];
        all.into_iter().filter(|(_, can)| *can).map(|(what, _)| what).collect()
    }

    /// The key of its words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Crash => "inspector-crash",
            Self::Stop => "inspector-stop",
            Self::Restart => "inspector-restart",
            Self::Purge => "inspector-purge",
        }
    }

    /// The same as an input of a run.
    pub fn input(self, node: NodeId) -> Input {
        match self {
            Self::Crash => Input::Crash { node },
            Self::Stop => Input::Stop { node },
            Self::Restart => Input::Restart { node },
            Self::Purge => Input::Purge { node },
        }
    }
}

/// What to do about unsaved work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsavedAnswer {
    /// Save first, then go on.
    Save,
    /// Go on; what is unsaved is lost.
    Discard,
    /// Stay.
    Cancel,
}

/// The commands of a frame, in order.
#[derive(Debug, Default)]
pub struct CommandQueue {
    commands: Vec<Command>,
}

impl CommandQueue {
    /// Asks for `command`.
    pub fn push(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Asks for a named action.
    pub fn act(&mut self, action: Action) {
        self.push(Command::Act(action));
    }

    /// Takes all commands.
    pub fn take(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.commands)
    }
}
