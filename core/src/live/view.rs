//! What a run shows: plain data, the same whether it comes from the run's front or from a moment in
//! its past.

use std::sync::Arc;

pub use crate::analysis::flow::{Dot, DotShape, FlowLink};
pub use crate::analysis::series::{Bucket, SeriesKey, SeriesMeasure, SeriesView};
use crate::fact::{Fact, Roster};
use crate::ids::ElementId;
use crate::project::Project;
use crate::time::{SimSpan, SimTime};
pub use crate::world::{ContentsRow, NodeState};

/// How fast simulated time goes by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// So many simulated seconds a second; 0.01 to 1000.
    Times(f64),
    /// As fast as the machine can.
    Max,
}

/// What a run is doing.
#[derive(Clone, Debug, PartialEq)]
pub enum RunState {
    /// Time goes by.
    Running,
    /// Time stands still.
    Paused,
    /// Nothing will ever happen again by itself.
    Finished,
    /// A million steps at one instant stopped the run; the text says where.
    Stuck(String),
}

/// A moment of a run, as the window shows it.
#[derive(Clone, Debug)]
pub struct View {
    /// The moment shown: the playhead.
    pub at: SimTime,
    /// The front of the run: how far it has come.
    pub front: SimTime,
    /// Whether the playhead follows the front.
    pub live: bool,
    /// What the run is doing.
    pub state: RunState,
    /// The speed asked for.
    pub speed: Speed,
    /// The seed of the run.
    pub seed: u64,
    /// How far the run lags behind its clock, in wall time.
    pub lag: SimSpan,
    /// How many facts there were up to `at`.
    pub facts: u64,
    /// How many events came into being up to `at`.
    pub events: u64,
    /// The drawing as it was at `at`.
    pub project: Arc<Project>,
    /// Who is who; indexes the tables below.
    pub roster: Arc<Roster>,
    /// One row per element, by [`crate::fact::ElementIx`].
    pub elements: Vec<ElementView>,
    /// What is seen moving on the links; links at rest are left out. In order of the links' numbers.
    pub flow: Vec<FlowLink>,
    /// What is to be seen of the chosen element, if one was chosen.
    pub tail: Option<SelectionTail>,
    /// The plots' lines, whole, up to the front.
    pub series: Arc<Vec<SeriesView>>,
    /// Facts per bucket over the whole run, for the timeline's density strip: `(facts, losses)`,
    /// buckets of [`View::density_width`].
    pub density: Arc<Vec<(u64, u64)>>,
    /// The width of a bucket of `density`.
    pub density_width: SimSpan,
    /// When the drawing was changed while it ran.
    pub edits: Arc<Vec<SimTime>>,
    /// Why something asked for could not be done (an input refused), newest last.
    pub refusals: Vec<String>,
}

/// One element at a moment: cumulative counts and present lengths. What does not apply is 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ElementView {
    /// Place: accepted and refused. Topic: routed. Link: events that reached its end.
    pub arrived: u64,
    /// Place: dispatches. Link: events that set off.
    pub sent: u64,
    /// Place and consumer: events done.
    pub completed: u64,
    /// Consumer: attempts that failed.
    pub failed: u64,
    /// Place: dead letters made.
    pub dead_lettered: u64,
    /// Place: deliveries beyond the first.
    pub redelivered: u64,
    /// Events lost there.
    pub lost: u64,
    /// Topic: events for which there was no subscription.
    pub unrouted: u64,
    /// Producer: events published. Consumer: children published.
    pub published: u64,
    /// Whether it does its work.
    pub state: NodeState,
    /// Place: senders wait for it, and nothing that can still happen by itself gives it room.
    pub stuck: bool,
    /// Producer: events in the outbox.
    pub outbox: u64,
    /// Place: ready events. Topic: sum over its subscriptions.
    pub ready: u64,
    /// Place: ready, in transit to the consumer, and prefetched. Topic: sum.
    pub in_queue: u64,
    /// Place: events delivered and not acknowledged. Topic: sum.
    pub unacked: u64,
    /// Place and consumer: events on a server. Topic: sum.
    pub in_service: u64,
    /// Link: events on their way.
    pub in_transit: u64,
    /// Consumer: servers that are blocked. Producer: 1 while it is.
    pub blocked: u64,
    /// Events per second: of a producer published, of a topic routed, of a place accepted, of a
    /// consumer completed, of a link sent; mean over the last second of wall time (at most 4 s of
    /// simulated time below speed 1).
    pub rate_per_s: f64,
    /// Place: mean wait of the events done up to now, in seconds.
    pub wait_mean_s: Option<f64>,
    /// Consumer: mean busy servers / concurrency up to now.
    pub utilisation: Option<f64>,
    /// Consumer: for each of the first 8 servers the share of its service that has passed; none
    /// where it idles.
    pub servers: Vec<Option<f32>>,
}

/// What is to be seen of the chosen element.
#[derive(Clone, Debug, PartialEq)]
pub struct SelectionTail {
    /// The element.
    pub element: ElementId,
    /// A channel's or consumer's contents in order, at most 200.
    pub contents: Vec<ContentsRow>,
    /// How many there are in all.
    pub contents_total: u64,
    /// The newest facts at the element up to the playhead, newest first, at most 200.
    pub facts: Vec<Fact>,
}
