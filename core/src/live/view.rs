//! What a run shows: plain data, the same whether it comes from the run's front or from a moment in
//! its past.

use std::sync::Arc;

use crate::fact::{ElementIx, EventId, Fact, Roster, TypeIx};
use crate::ids::ElementId;
use crate::time::{SimSpan, SimTime};
pub use crate::world::ContentsRow;

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
    /// Who is who; indexes the tables below.
    pub roster: Arc<Roster>,
    /// One row per element, by [`ElementIx`].
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
    /// Producer: events in the outbox.
    pub outbox: u64,
    /// Place: ready events. Topic: sum over its subscriptions.
    pub ready: u64,
    /// Place: events delivered and not finished. Topic: sum.
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

impl ElementView {
    /// Ready, in transit to the consumer, and prefetched.
    pub fn in_queue(&self) -> u64 {
        (self.ready + self.unacked).saturating_sub(self.in_service)
    }
}

/// What is seen moving on one link.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowLink {
    /// The link. A queue or subscribe link's place number stands for its dead-letter way where
    /// `dead_letter` is set.
    pub link: ElementIx,
    /// Whether this is the way of dead letters from the place `link` to its target.
    pub dead_letter: bool,
    /// Visible events per wall second; above 60 `streaks` holds what is seen, else `dots`.
    pub per_wall_s: f64,
    /// Single events; redelivered and dead-lettered ones always are among them.
    pub dots: Vec<Dot>,
    /// Buckets of 50 ms of wall time: position along the link 0 to 1, commonest type, count.
    pub streaks: Vec<(f32, TypeIx, u32)>,
    /// Where single events were thinned, how many there were in all.
    pub thinned_from: Option<u64>,
}

/// An event on a link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    /// The event.
    pub event: EventId,
    /// Its type.
    pub event_type: TypeIx,
    /// Where it is: 0 at the link's beginning, 1 at its end.
    pub position: f32,
    /// How it is drawn.
    pub shape: DotShape,
}

/// How an event on a link is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DotShape {
    /// A dot.
    Normal,
    /// A ring.
    Redelivered,
    /// A diamond.
    DeadLettered,
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

/// What a line of a plot shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SeriesMeasure {
    /// Completions per second.
    Throughput,
    /// Events in the queue (ready, in transit to the consumer, prefetched).
    QueueLength,
}

/// Which line of which plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeriesKey {
    /// Of which element.
    pub element: ElementIx,
    /// What of it.
    pub measure: SeriesMeasure,
}

/// A line of a plot: buckets of equal width from the start of the run.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesView {
    /// Which.
    pub key: SeriesKey,
    /// The width of a bucket; a function of how far the run has come, and of nothing else.
    pub width: SimSpan,
    /// The buckets from the start of the run; the last one may be part of a bucket.
    pub buckets: Arc<Vec<Bucket>>,
}

/// What happened to a measure in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bucket {
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
    /// The value at the end (a length), or the mean over the bucket (a rate).
    pub last: f64,
}
