//! The thread of a live run.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError};

use super::engine::{Engine, Next};
use super::{Speed, View};
use crate::fact::Ignore;
use crate::ids::ElementId;
use crate::time::{Clock, SimTime};
use crate::world::Input;

/// How often the newest view is offered to the window, in wall nanoseconds.
const VIEW_EVERY_NS: u64 = 16_000_000;
/// The longest sleep while time goes by: the view goes on even where nothing happens.
const LONGEST_SLEEP: Duration = Duration::from_millis(16);

/// What a run can be told.
#[expect(clippy::large_enum_variant, reason = "commands are few; an edit is told by value")]
#[derive(Clone, Debug, PartialEq)]
pub enum RunCommand {
    /// Time stands still.
    Pause,
    /// Time goes by again.
    Resume,
    /// Time goes by at this speed.
    SetSpeed(Speed),
    /// Pause, and on to the next moment at which something happens.
    StepFact,
    /// Pause, and on to the next moment at which something changes that can be seen.
    StepVisible,
    /// Pause, and back to the moment at which something happened last.
    StepBack,
    /// Look at this moment; the run goes on, if it was running.
    Seek(SimTime),
    /// Look at the run's front again.
    GoLive,
    /// Something from outside, at the run's front, now.
    Input(Input),
    /// Show the contents and the newest facts of this element.
    Watch(Option<ElementId>),
    /// End the run.
    Stop,
}

/// A run on its own thread.
#[derive(Debug)]
pub struct Worker {
    commands: Sender<RunCommand>,
    views: Receiver<View>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread of `engine`. `notify` is called after a view was sent.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn spawn<C: Clock + 'static>(
        engine: Engine<C, Ignore>,
        notify: Option<Arc<dyn Fn() + Send + Sync>>,
    ) -> std::io::Result<Self> {
        let (commands, command_queue) = crossbeam_channel::unbounded();
        // Two places: a view that is being read, and the newest. Views are cumulative, so that a
        // skipped one loses nothing.
        let (view_queue, views) = crossbeam_channel::bounded(2);
        let thread = std::thread::Builder::new().name("run".to_owned()).spawn(move || {
            let outlet = ViewOutlet { views: view_queue, notify, sent_ns: 0, unsent: true };
            work(engine, &command_queue, outlet);
        })?;
        Ok(Self { commands, views, thread: Some(thread) })
    }

    /// Tells the run something. Nothing happens where it has ended.
    pub fn send(&self, command: RunCommand) {
        if self.commands.send(command).is_err() {
            tracing::debug!("the run has ended; it takes no command any more");
        }
    }

    /// The newest view, if one has come since the last call.
    pub fn newest_view(&self) -> Option<View> {
        self.views.try_iter().last()
    }

    /// Whether the thread has ended.
    pub fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.send(RunCommand::Stop);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the run's thread ended by a panic");
        }
    }
}

struct ViewOutlet {
    views: Sender<View>,
    notify: Option<Arc<dyn Fn() + Send + Sync>>,
    sent_ns: u64,
    /// Something has changed since a view was sent.
    unsent: bool,
}

impl ViewOutlet {
    fn offer<C: Clock>(&mut self, engine: &mut Engine<C, Ignore>, now_ns: u64, at_once: bool) {
        let due = now_ns.saturating_sub(self.sent_ns) >= VIEW_EVERY_NS;
        if !self.unsent || !(due || at_once) || self.views.is_full() {
            return;
        }
        match self.views.try_send(engine.view(at_once)) {
            Ok(()) => {
                self.sent_ns = now_ns;
                self.unsent = false;
                if let Some(notify) = &self.notify {
                    notify();
                }
            }
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }
}

fn work<C: Clock>(
    mut engine: Engine<C, Ignore>,
    commands: &Receiver<RunCommand>,
    mut outlet: ViewOutlet,
) {
    let mut before = Next::Wait;
    loop {
        let next = engine.pump();
        // A run that comes to its end by itself has changed in the same call that says so.
        if next != Next::Wait || before != Next::Wait {
            outlet.unsent = true;
        }
        before = next;
        let now = engine.now_nanos();
        outlet.offer(&mut engine, now, next == Next::Wait);
        let sleep = match next {
            Next::Work => Duration::ZERO,
            Next::Sleep(nanos) => Duration::from_nanos(nanos).min(LONGEST_SLEEP),
            // What could not be sent is offered again.
            Next::Wait if outlet.unsent => LONGEST_SLEEP,
            Next::Wait => Duration::MAX,
        };
        let Ok(mut command) = wait(commands, sleep) else { return };
        while let Some(told) = command {
            if told == RunCommand::Stop {
                return;
            }
            engine.command(told);
            outlet.unsent = true;
            command = commands.try_recv().ok();
        }
    }
}

/// The next command; none where none came in time; an error where nobody can send one any more.
fn wait(commands: &Receiver<RunCommand>, at_most: Duration) -> Result<Option<RunCommand>, ()> {
    if at_most == Duration::MAX {
        return commands.recv().map(Some).map_err(|_| ());
    }
    match commands.recv_timeout(at_most) {
        Ok(command) => Ok(Some(command)),
        Err(RecvTimeoutError::Timeout) => Ok(None),
        Err(RecvTimeoutError::Disconnected) => Err(()),
    }
}
