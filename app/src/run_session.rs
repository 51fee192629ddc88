//! The window's side of a run: the way to it, and the newest moment that it showed.

use std::path::PathBuf;
use std::sync::Arc;

use eventloom_core::edit::Edit;
use eventloom_core::ids::ElementId;
use eventloom_core::live::{RunCommand, RunState, Speed, View};
use eventloom_core::project::Project;
use eventloom_core::run::{self, RunHandle, RunOptions};
use eventloom_core::world::Input;

/// How a run begins.
#[derive(Clone, Debug, PartialEq)]
pub struct RunStart {
    /// The drawing.
    pub project: Arc<Project>,
    /// The seed of all draws.
    pub seed: u64,
    /// How fast time goes by.
    pub speed: Speed,
    /// Whether time stands still at first.
    pub paused: bool,
    /// From where relative paths of recorded logs count.
    pub folder: Option<PathBuf>,
}

/// The way to a run. Dropping it ends the run.
pub trait RunLink {
    /// Tells the run something.
    fn send(&self, command: RunCommand);
    /// The newest view, if one has come since the last call.
    fn newest_view(&mut self) -> Option<View>;
}

/// Called from the run's thread after each new view.
pub type Notify = Arc<dyn Fn() + Send + Sync>;

/// Starts runs; the error says why one could not begin and what to do.
pub type Launcher = Box<dyn Fn(&RunStart, Notify) -> Result<Box<dyn RunLink>, String>>;

impl RunLink for RunHandle {
    fn send(&self, command: RunCommand) {
        Self::send(self, command);
    }

    fn newest_view(&mut self) -> Option<View> {
        Self::newest_view(self)
    }
}

/// The launcher of real runs.
pub fn launcher() -> Launcher {
    Box::new(|start, notify| {
        let options = RunOptions {
            seed: start.seed,
            speed: start.speed,
            paused: start.paused,
            folder: start.folder.clone(),
        };
        match run::start(Arc::clone(&start.project), &options, Some(notify)) {
            Ok(handle) => Ok(Box::new(handle)),
            Err(error) => Err(error.to_string()),
        }
    })
}

/// The slowest speed.
const SLOWEST: f64 = 0.01;
/// The fastest speed that follows a clock.
const FASTEST: f64 = 1_000.0;

/// A run that is on.
pub struct RunSession {
    link: Box<dyn RunLink>,
    view: Option<View>,
    seed: u64,
    /// The speed asked for last; the view's may be older.
    speed: Speed,
    watched: Option<ElementId>,
    refusals_told: usize,
    stuck_told: bool,
}

impl RunSession {
    /// The session of a run that has just been started.
    pub fn new(link: Box<dyn RunLink>, start: &RunStart) -> Self {
        Self {
            link,
            view: None,
            seed: start.seed,
            speed: start.speed,
            watched: None,
            refusals_told: 0,
            stuck_told: false,
        }
    }

    /// Takes the newest view, if one came. Returns what the run has to say that was not said yet.
    pub fn pump(&mut self) -> Vec<String> {
        let Some(view) = self.link.newest_view() else { return Vec::new() };
        let mut news: Vec<String> =
            view.refusals.iter().skip(self.refusals_told).cloned().collect();
        self.refusals_told = view.refusals.len();
        if let RunState::Stuck(why) = &view.state
            && !self.stuck_told
        {
            self.stuck_told = true;
            news.push(why.clone());
        }
        self.view = Some(view);
        news
    }

    /// The newest moment that the run showed.
    pub fn view(&self) -> Option<&View> {
        self.view.as_ref()
    }

    /// The seed of all draws.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The speed asked for last.
    pub fn speed(&self) -> Speed {
        self.speed
    }

    /// Whether what is shown is a moment in the past, where nothing can be changed.
    pub fn is_past(&self) -> bool {
        self.view.as_ref().is_some_and(|view| !view.live)
    }

    /// Whether time goes by. Before the first view it does as far as anybody knows.
    pub fn is_running(&self) -> bool {
        self.view.as_ref().is_none_or(|view| view.state == RunState::Running)
    }

    /// Tells the run something.
    pub fn send(&mut self, command: RunCommand) {
        if let RunCommand::SetSpeed(speed) = command {
            self.speed = speed;
        }
        self.link.send(command);
    }

    /// Tells the run that the drawing was changed.
    pub fn edited(&mut self, edit: Edit) {
        self.send(RunCommand::Input(Input::Edit(edit)));
    }

    /// Pauses what runs; else goes on, at the front.
    pub fn play_pause(&mut self) {
        if self.is_running() {
            self.send(RunCommand::Pause);
            return;
        }
        if self.is_past() {
            self.send(RunCommand::GoLive);
        }
        self.send(RunCommand::Resume);
    }

    /// Twice as fast; beyond the fastest, as fast as the machine can.
    pub fn faster(&mut self) {
        let speed = match self.speed {
            Speed::Times(times) if times < FASTEST => Speed::Times((times * 2.0).min(FASTEST)),
            Speed::Times(_) | Speed::Max => Speed::Max,
        };
        self.send(RunCommand::SetSpeed(speed));
    }

    /// Half as fast.
    pub fn slower(&mut self) {
        let speed = match self.speed {
            Speed::Times(times) => Speed::Times((times / 2.0).max(SLOWEST)),
            Speed::Max => Speed::Times(FASTEST),
        };
        self.send(RunCommand::SetSpeed(speed));
    }

    /// Asks for the contents and facts of this element, where it is another than before.
    pub fn watch(&mut self, element: Option<ElementId>) {
        if self.watched != element {
            self.watched.clone_from(&element);
            self.send(RunCommand::Watch(element));
        }
    }
}

#[cfg(test)]
pub(crate) mod fake {
    //! A run that a test turns by hand.

    use std::cell::RefCell;
    use std::rc::Rc;

    use eventloom_core::fact::Roster;
    use eventloom_core::time::{SimSpan, SimTime};

    use super::*;

    /// What was told to a fake run, and the view that it shows next.
    #[derive(Default)]
    pub(crate) struct FakeRun {
        pub(crate) told: Vec<RunCommand>,
        pub(crate) next: Option<View>,
    }

    pub(crate) type Shared = Rc<RefCell<FakeRun>>;

    pub(crate) struct FakeLink(pub(crate) Shared);

    impl RunLink for FakeLink {
        fn send(&self, command: RunCommand) {
            self.0.borrow_mut().told.push(command);
        }

        fn newest_view(&mut self) -> Option<View> {
            self.0.borrow_mut().next.take()
        }
    }

    pub(crate) fn view(state: RunState, live: bool) -> View {
        View {
            at: SimTime::ZERO,
            front: SimTime::ZERO,
            live,
            state,
            speed: Speed::Times(1.0),
            seed: 42,
            lag: SimSpan::ZERO,
            facts: 0,
            events: 0,
            project: Arc::default(),
            roster: Arc::new(Roster::default()),
            elements: Vec::new(),
            flow: Vec::new(),
            tail: None,
            series: Arc::default(),
            density: Arc::default(),
            density_width: SimSpan::from_secs(1),
            edits: Arc::default(),
            refusals: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fake::{FakeLink, Shared, view};
    use super::*;

    fn session() -> (RunSession, Shared) {
        let shared = Shared::default();
        let start = RunStart {
            project: Arc::default(),
            seed: 7,
            speed: Speed::Times(1.0),
            paused: false,
            folder: None,
        };
        (RunSession::new(Box::new(FakeLink(Shared::clone(&shared))), &start), shared)
    }

    fn show(session: &mut RunSession, shared: &Shared, view: View) -> Vec<String> {
        shared.borrow_mut().next = Some(view);
        session.pump()
    }

    #[test]
    fn play_in_the_past_returns_to_the_front() {
        let (mut session, shared) = session();
        show(&mut session, &shared, view(RunState::Running, true));
        session.play_pause();
        show(&mut session, &shared, view(RunState::Paused, false));
        assert!(session.is_past() && !session.is_running());
        session.play_pause();
        let told = &shared.borrow().told;
        assert_eq!(*told, [RunCommand::Pause, RunCommand::GoLive, RunCommand::Resume]);
    }

    #[test]
    fn speed_stays_within_its_bounds() {
        let (mut session, _shared) = session();
        for _ in 0..20 {
            session.slower();
        }
        assert_eq!(session.speed(), Speed::Times(SLOWEST));
        for _ in 0..40 {
            session.faster();
        }
        assert_eq!(session.speed(), Speed::Max);
        session.slower();
        assert_eq!(session.speed(), Speed::Times(FASTEST));
    }

    #[test]
    fn what_a_run_refused_is_told_once() {
        let (mut session, shared) = session();
        let mut refused = view(RunState::Running, true);
        refused.refusals.push("no such node".to_owned());
        assert_eq!(show(&mut session, &shared, refused.clone()), ["no such node"]);
        assert!(show(&mut session, &shared, refused.clone()).is_empty());
        refused.state = RunState::Stuck("a ring at 'a'".to_owned());
        assert_eq!(show(&mut session, &shared, refused.clone()), ["a ring at 'a'"]);
        assert!(show(&mut session, &shared, refused).is_empty());
    }

    #[test]
    fn the_watched_element_is_named_once() {
        let (mut session, shared) = session();
        let queue = Some(ElementId::Node("queue".into()));
        session.watch(queue.clone());
        session.watch(queue.clone());
        session.watch(None);
        assert_eq!(shared.borrow().told, [RunCommand::Watch(queue), RunCommand::Watch(None)]);
    }
}
