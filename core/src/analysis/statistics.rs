//! Counts, time averages and times of every element of a run: a fold over facts.
//!
//! Time averages need no multiplication at each change: the area under a length is the number
//! inside times now, minus the moments of all entries, plus those of all exits (whole nanoseconds,
//! exact).
//!
//! What no world writes, as facts of a damaged log, gives figures without a meaning, but never a
//! panic: differences end at 0, and elements that nobody introduced are counted nowhere.

use serde::{Deserialize, Serialize};

use crate::analysis::histogram::Histogram;
use crate::analysis::sparse;
use crate::fact::{ElementIx, ElementKind, Fact, FactKind, Reason, Roster, Sink, TypeIx};
use crate::time::{SimSpan, SimTime};

const KINDS: usize = FactKind::ALL.len();
const REASONS: usize = Reason::ALL.len();

/// Counts of one element. `at[kind]` counts the facts at it, `by[kind]` those with it as peer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Row {
    #[serde(with = "sparse")]
    at: [u64; KINDS],
    #[serde(with = "sparse")]
    by: [u64; KINDS],
    /// Deliveries beyond the first, over this link.
    redelivered: u64,
    /// Acknowledgements over this link.
    acked: u64,
    /// Events published that had been in the outbox.
    from_outbox: u64,
    /// Events routed to no subscription.
    unrouted: u64,
    /// Arrivals over this link that had a `Sent` fact.
    landed: u64,
    /// Events taken back from the way to the consumer.
    turned_back: u64,
    /// Exits minus entries of the place, in nanoseconds since the start.
    stay: i128,
    /// Ends minus beginnings of services over this link.
    service: i128,
    /// Ends minus beginnings of blockings over this link; of a producer, of its outbox.
    blocked: i128,
    /// Of a consume or subscribe link: the number of its consumer.
    consumer: usize,
    /// Of a consumer: server-nanoseconds up to `servers_since`.
    capacity: u128,
    servers_since: SimTime,
    servers: u32,
    delayed: bool,
    acks_before: bool,
}

impl Row {
    fn new(now: SimTime) -> Self {
        Self {
            at: [0; KINDS],
            by: [0; KINDS],
            redelivered: 0,
            acked: 0,
            from_outbox: 0,
            unrouted: 0,
            landed: 0,
            turned_back: 0,
            stay: 0,
            service: 0,
            blocked: 0,
            consumer: usize::MAX,
            capacity: 0,
            servers_since: now,
            servers: 0,
            delayed: false,
            acks_before: false,
        }
    }
}

/// Times of the events that a place has completed.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Times {
    /// Sojourn minus service.
    pub wait: Histogram,
    /// From acceptance to completion.
    pub sojourn: Histogram,
}

/// Everything counted and measured in a run up to now.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Statistics {
    rows: Vec<Row>,
    times: Vec<Option<Box<Times>>>,
    #[serde(with = "sparse::tables")]
    losses: Vec<Option<Box<[u64; REASONS]>>>,
    #[serde(with = "sparse::tables")]
    deaths: Vec<Option<Box<[u64; REASONS]>>>,
    roster: Roster,
    /// The links that end at each consumer or begin at each place or topic.
    links_of: Vec<Vec<ElementIx>>,
    facts: u64,
    events: u64,
    last_service: u64,
    /// What `EndToEnd` told of the event whose `Completed` follows.
    last_end_to_end: Option<(TypeIx, SimSpan)>,
    /// Of each consumer, the times from when the first event of a correlation was due, by its type.
    end_to_end: Vec<Vec<(TypeIx, Box<Histogram>)>>,
}

/// Lengths and counts of one element. What does not apply is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Place: accepted and refused. Topic: sum. Link: events that reached its end.
    pub arrived: u64,
    /// Topic: events that reached it.
    pub routed: u64,
    /// Place: dispatches. Link: events that set off.
    pub delivered: u64,
    /// Link: events that set off.
    pub sent: u64,
    /// Deliveries beyond the first.
    pub redelivered: u64,
    /// Acknowledgements.
    pub acked: u64,
    /// Place and consumer: events done.
    pub completed: u64,
    /// Consumer: attempts that failed.
    pub failed: u64,
    /// Place: dead letters made.
    pub dead_lettered: u64,
    /// Events lost.
    pub lost: u64,
    /// Topic: events for which there was no subscription.
    pub unrouted: u64,
    /// Producer: events due.
    pub due: u64,
    /// Producer and consumer: events published.
    pub published: u64,
    /// Producer: due and not yet taken.
    pub outbox: u64,
    /// Place: ready events.
    pub ready: u64,
    /// Place: delivered and not yet acknowledged.
    pub unacked: u64,
    /// Place: ready, in transit to the consumer, and prefetched.
    pub in_queue: u64,
    /// Place and consumer: on a server.
    pub in_service: u64,
    /// Link: on the way.
    pub in_transit: u64,
    /// Consumer: servers that are blocked. Producer: 1 while its outbox holds anything.
    pub blocked: u64,
}

impl Statistics {
    /// Nothing counted yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many facts there were.
    pub fn facts(&self) -> u64 {
        self.facts
    }

    /// How many events came into being.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Who is who, as of the last change.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    fn at(&self, ix: ElementIx, kind: FactKind) -> u64 {
        self.rows.get(ix.ix()).map_or(0, |row| row.at[kind as usize])
    }

    fn by(&self, ix: ElementIx, kind: FactKind) -> u64 {
        self.rows.get(ix.ix()).map_or(0, |row| row.by[kind as usize])
    }

    /// The links at a place (to its consumers), a topic (subscribe links) or a consumer.
    fn links(&self, ix: ElementIx) -> &[ElementIx] {
        self.links_of.get(ix.ix()).map_or(&[], Vec::as_slice)
    }

    /// The counts and lengths of an element.
    pub fn counts(&self, ix: ElementIx) -> Counts {
        let Some(entry) = self.roster.entries.get(ix.ix()) else { return Counts::default() };
        match entry.kind {
            ElementKind::Producer => self.producer_counts(ix),
            ElementKind::Topic => self.topic_counts(ix),
            ElementKind::Queue => self.place_counts(ix),
            ElementKind::Subscribe => {
                let mut counts = self.place_counts(ix);
                let way = self.consumer_link_counts(ix);
                (counts.sent, counts.in_transit) = (way.sent, way.in_transit);
                counts
            }
            ElementKind::Consumer => self.consumer_counts(ix),
            ElementKind::Consume => self.consumer_link_counts(ix),
            ElementKind::Publish | ElementKind::Bind => self.link_counts(ix),
            ElementKind::Note => Counts::default(),
        }
    }

    fn producer_counts(&self, ix: ElementIx) -> Counts {
        let from_outbox = self.rows[ix.ix()].from_outbox;
        let published = self.at(ix, FactKind::Published);
        let lost = self.at(ix, FactKind::LostInOutbox);
        let outbox = self.at(ix, FactKind::Held).saturating_sub(from_outbox + lost);
        Counts {
            due: published.saturating_sub(from_outbox) + self.at(ix, FactKind::Held),
            published,
            outbox,
            lost,
            blocked: u64::from(outbox > 0),
            ..Counts::default()
        }
    }

    fn place_counts(&self, ix: ElementIx) -> Counts {
        use FactKind as K;
        let delivered = self.at(ix, K::Delivered);
        let completed = self.at(ix, K::Completed);
        let dead_lettered = self.at(ix, K::DeadLettered);
        let expired = self.at(ix, K::ReadyDeadLettered);
        let ended = completed + dead_lettered + self.at(ix, K::Lost) + self.at(ix, K::Requeued);
        let held = delivered.saturating_sub(ended);
        let off_server =
            self.at(ix, K::Served) + self.at(ix, K::Failed) + self.at(ix, K::Interrupted);
        let in_service = self.at(ix, K::Started).saturating_sub(off_server);
        let ready = (self.at(ix, K::Accepted) + self.at(ix, K::Requeued))
            .saturating_sub(delivered + self.at(ix, K::Dropped) + expired);
        let own = std::slice::from_ref(&ix);
        let links =
            if self.roster.entry(ix).kind == ElementKind::Queue { self.links(ix) } else { own };
        let acked_early: u64 = links
            .iter()
            .filter(|link| self.rows[link.ix()].acks_before)
            .map(|link| self.held_over(*link))
            .sum();
        Counts {
            arrived: self.at(ix, K::Accepted) + self.refusals(ix),
            delivered,
            redelivered: links.iter().map(|link| self.rows[link.ix()].redelivered).sum(),
            acked: links.iter().map(|link| self.rows[link.ix()].acked).sum(),
            completed,
            dead_lettered: dead_lettered + expired,
            lost: self.lost_at(ix).iter().sum(),
            ready,
            unacked: held.saturating_sub(acked_early),
            in_queue: (ready + held).saturating_sub(in_service),
            in_service,
            ..Counts::default()
        }
    }

    /// Newcomers that a place refused. One that it has taken before was lost on its link.
    fn refusals(&self, ix: ElementIx) -> u64 {
        self.at(ix, FactKind::Refused).saturating_sub(self.already_taken(ix))
    }

    fn already_taken(&self, place: ElementIx) -> u64 {
        self.deaths_of(place, Reason::AlreadyTaken)
    }

    fn deaths_of(&self, ix: ElementIx, reason: Reason) -> u64 {
        let reasons = self.deaths.get(ix.ix()).and_then(Option::as_ref);
        reasons.map_or(0, |reasons| reasons[reason as usize])
    }

    /// Events held by the consumer over a link: delivered and not finished.
    fn held_over(&self, link: ElementIx) -> u64 {
        use FactKind as K;
        let ended = [K::Completed, K::DeadLettered, K::Lost, K::Requeued];
        let ended: u64 = ended.iter().map(|kind| self.by(link, *kind)).sum();
        self.by(link, K::Delivered).saturating_sub(ended)
    }

    fn topic_counts(&self, ix: ElementIx) -> Counts {
        let mut sum = Counts::default();
        for &link in self.links(ix) {
            let counts = self.counts(link);
            sum.arrived += counts.arrived;
            sum.delivered += counts.delivered;
            sum.redelivered += counts.redelivered;
            sum.acked += counts.acked;
            sum.completed += counts.completed;
            sum.dead_lettered += counts.dead_lettered;
            sum.lost += counts.lost;
            sum.ready += counts.ready;
            sum.unacked += counts.unacked;
            sum.in_queue += counts.in_queue;
            sum.in_service += counts.in_service;
        }
        sum.lost += self.lost_at(ix).iter().sum::<u64>();
        sum.routed = self.at(ix, FactKind::Routed);
        sum.unrouted = self.rows[ix.ix()].unrouted;
        sum
    }

    fn consumer_counts(&self, ix: ElementIx) -> Counts {
        use FactKind as K;
        let sum = |kind| self.links(ix).iter().map(|link| self.by(*link, kind)).sum::<u64>();
        Counts {
            completed: sum(K::Completed),
            failed: sum(K::Failed),
            in_service: sum(K::Started)
                .saturating_sub(sum(K::Served) + sum(K::Failed) + sum(K::Interrupted)),
            blocked: sum(K::Blocked).saturating_sub(sum(K::Unblocked)),
            published: self.at(ix, K::Published),
            ..Counts::default()
        }
    }

    fn consumer_link_counts(&self, link: ElementIx) -> Counts {
        use FactKind as K;
        let row = &self.rows[link.ix()];
        let sent = self.by(link, K::Delivered);
        // What is delivered over a link without latency has arrived at once.
        let in_transit = row.landed.saturating_sub(self.by(link, K::Received) + row.turned_back);
        Counts {
            sent,
            arrived: sent.saturating_sub(in_transit + row.turned_back),
            in_transit,
            lost: row.turned_back,
            ..Counts::default()
        }
    }

    /// Events that had set off to a consumer over this link and were taken back.
    pub fn turned_back(&self, link: ElementIx) -> u64 {
        self.rows.get(link.ix()).map_or(0, |row| row.turned_back)
    }

    fn link_counts(&self, link: ElementIx) -> Counts {
        use FactKind as K;
        let row = &self.rows[link.ix()];
        let arrivals =
            self.by(link, K::Accepted) + self.by(link, K::Refused) + self.by(link, K::Routed);
        let lost_on_way = self.by(link, K::LostInTransit);
        let taken = self.lost_at(link)[Reason::AlreadyTaken as usize];
        Counts {
            sent: (self.by(link, K::Sent) + arrivals).saturating_sub(row.landed),
            arrived: arrivals.saturating_sub(taken),
            in_transit: self.by(link, K::Sent).saturating_sub(row.landed + lost_on_way),
            lost: lost_on_way + taken,
            ..Counts::default()
        }
    }

    /// Events lost at an element by reason, in the order of [`Reason::ALL`].
    pub fn lost_at(&self, ix: ElementIx) -> [u64; REASONS] {
        self.losses.get(ix.ix()).and_then(Option::as_ref).map_or([0; REASONS], |losses| **losses)
    }

    /// Dead letters made at a place by reason, in the order of [`Reason::ALL`].
    pub fn dead_lettered_at(&self, ix: ElementIx) -> [u64; REASONS] {
        let mut deaths =
            self.deaths.get(ix.ix()).and_then(Option::as_ref).map_or([0; REASONS], |d| **d);
        // Kept in the same table, but no dead letters.
        deaths[Reason::AlreadyTaken as usize] = 0;
        deaths
    }

    /// Waiting and sojourn times of what a place has completed; none where it has completed nothing.
    pub fn times(&self, ix: ElementIx) -> Option<&Times> {
        self.times.get(ix.ix())?.as_deref()
    }

    /// The times of what a consumer has completed, from when the first event of its correlation was
    /// due, by the type of that event; in the order in which the types were seen.
    pub fn end_to_end(&self, consumer: ElementIx) -> impl Iterator<Item = (TypeIx, &Histogram)> {
        let times = self.end_to_end.get(consumer.ix()).into_iter().flatten();
        times.map(|(event_type, histogram)| (*event_type, &**histogram))
    }

    /// How often a condition or template of an element could not be worked out.
    pub fn expression_failures(&self, ix: ElementIx) -> u64 {
        self.at(ix, FactKind::ExpressionFailed)
    }

    /// The area under the number of events in a place (queue and service), in event-nanoseconds.
    pub fn stay_ns(&self, place: ElementIx, now: SimTime) -> i128 {
        let counts = self.counts(place);
        area(self.rows[place.ix()].stay, counts.in_queue + counts.in_service, now)
    }

    /// The area under the number of events on a server, of a place or a consumer.
    pub fn service_ns(&self, ix: ElementIx, now: SimTime) -> i128 {
        let own = std::slice::from_ref(&ix);
        let is_link = self.roster.entry(ix).kind.is_link();
        let links = if is_link { own } else { self.links(ix) };
        let sum: i128 = links.iter().map(|link| self.rows[link.ix()].service).sum();
        let inside: u64 = links.iter().map(|link| self.serving_over(*link)).sum();
        area(sum, inside, now)
    }

    fn serving_over(&self, link: ElementIx) -> u64 {
        use FactKind as K;
        let off_server =
            self.by(link, K::Served) + self.by(link, K::Failed) + self.by(link, K::Interrupted);
        self.by(link, K::Started).saturating_sub(off_server)
    }

    /// The time for which a producer's outbox held something, or the sum over a consumer's servers of
    /// the times for which they were blocked, in nanoseconds.
    pub fn blocked_ns(&self, ix: ElementIx, now: SimTime) -> i128 {
        let counts = self.counts(ix);
        match self.roster.entry(ix).kind {
            ElementKind::Producer => area(self.rows[ix.ix()].blocked, counts.blocked, now),
            _ => {
                let links = self.links(ix).iter();
                let sum: i128 = links.map(|link| self.rows[link.ix()].blocked).sum();
                area(sum, counts.blocked, now)
            }
        }
    }

    /// Mean busy servers / concurrency of a consumer up to now; none before any time has gone by.
    pub fn utilisation(&self, consumer: ElementIx, now: SimTime) -> Option<f64> {
        let row = self.rows.get(consumer.ix())?;
        let present = u128::from(row.servers) * u128::from(now.since(row.servers_since).0);
        let capacity = row.capacity + present;
        let busy = self.service_ns(consumer, now) - self.blocked_ns(consumer, now);
        (capacity > 0).then(|| busy as f64 / capacity as f64)
    }

    #[inline(always)]
    fn by_kind(&mut self, fact: Fact) {
        let (at, peer, time) = (fact.at().ix(), fact.peer().ix(), i128::from(fact.time.0));
        match fact.kind() {
            FactKind::Published => self.published(fact),
            FactKind::Held => {
                self.events += 1;
                if self.rows[at].at[FactKind::Held as usize] - 1
                    == self.rows[at].from_outbox + self.rows[at].at[FactKind::LostInOutbox as usize]
                {
                    self.rows[at].blocked -= time;
                }
            }
            FactKind::Routed => {
                self.rows[at].unrouted += u64::from(fact.copies() == 0);
                self.rows[peer].landed += u64::from(fact.attempt() > 0);
            }
            FactKind::Accepted => {
                self.rows[at].stay -= time;
                self.rows[peer].landed += u64::from(fact.attempt() > 0);
            }
            FactKind::Refused => self.refused(fact),
            FactKind::Delivered => {
                let row = &mut self.rows[peer];
                row.redelivered += u64::from(fact.attempt() > 1);
                row.acked += u64::from(row.acks_before);
                row.landed += u64::from(row.delayed);
            }
            FactKind::Started => self.rows[peer].service -= time,
            FactKind::Served => {
                self.rows[peer].service += time;
                self.last_service = fact.span().0;
            }
            FactKind::Failed | FactKind::Interrupted => self.rows[peer].service += time,
            FactKind::Blocked => self.rows[peer].blocked -= time,
            FactKind::Unblocked => self.rows[peer].blocked += time,
            FactKind::Completed => self.completed(fact),
            FactKind::Requeued => {
                self.rows[peer].turned_back += u64::from(fact.attempt() > 0);
            }
            FactKind::DeadLettered => {
                self.rows[at].stay += time;
                self.rows[peer].turned_back += u64::from(fact.attempt() > 0);
                count(&mut self.deaths[at], fact.reason());
            }
            FactKind::Dropped => {
                self.rows[at].stay += time;
                count(&mut self.losses[at], fact.reason());
            }
            FactKind::Lost => {
                self.rows[at].stay += time;
                self.rows[peer].turned_back += u64::from(fact.attempt() > 0);
                count(&mut self.losses[at], fact.reason());
            }
            FactKind::LostInTransit => count(&mut self.losses[at], fact.reason()),
            FactKind::LostInOutbox => {
                count(&mut self.losses[at], fact.reason());
                self.note_outbox_empty(at, fact.time);
            }
            FactKind::ReadyDeadLettered => {
                self.rows[at].stay += time;
                count(&mut self.deaths[at], fact.reason());
            }
            FactKind::EndToEnd => self.last_end_to_end = Some((fact.event_type(), fact.span())),
            FactKind::Sent
            | FactKind::Received
            | FactKind::Edited
            | FactKind::Retrying
            | FactKind::ExpressionFailed
            | FactKind::Deadlocked
            | FactKind::Crashed
            | FactKind::Stopped
            | FactKind::Restarted
            | FactKind::Purged => {}
        }
    }

    #[inline(always)]
    fn published(&mut self, fact: Fact) {
        if fact.attempt() == 0 {
            self.events += 1;
        } else {
            let at = fact.at().ix();
            self.rows[at].from_outbox += 1;
            self.note_outbox_empty(at, fact.time);
        }
    }

    fn note_outbox_empty(&mut self, at: usize, now: SimTime) {
        let row = &mut self.rows[at];
        if row.at[FactKind::Held as usize]
            == row.from_outbox + row.at[FactKind::LostInOutbox as usize]
        {
            row.blocked += i128::from(now.0);
        }
    }

    fn refused(&mut self, fact: Fact) {
        let (at, peer) = (fact.at().ix(), fact.peer().ix());
        self.rows[peer].landed += u64::from(fact.attempt() > 0);
        if fact.reason() == Reason::AlreadyTaken {
            count(&mut self.losses[peer], fact.reason());
            count(&mut self.deaths[at], fact.reason());
        } else {
            count(&mut self.losses[at], fact.reason());
        }
    }

    #[inline(always)]
    fn completed(&mut self, fact: Fact) {
        let (at, peer) = (fact.at().ix(), fact.peer().ix());
        self.rows[at].stay += i128::from(fact.time.0);
        let row = &mut self.rows[peer];
        row.acked += u64::from(!row.acks_before);
        let times = self.times[at].get_or_insert_default();
        let sojourn = fact.span();
        times.sojourn.record(sojourn);
        times.wait.record(SimSpan(sojourn.0.saturating_sub(self.last_service)));
        let (first_type, span) =
            self.last_end_to_end.take().unwrap_or((fact.event_type(), sojourn));
        if let Some(by_type) = self.end_to_end.get_mut(row.consumer) {
            match by_type.iter_mut().find(|(event_type, _)| *event_type == first_type) {
                Some((_, histogram)) => histogram.record(span),
                None => begin_type(by_type, first_type, span),
            }
        }
    }
}

#[inline]
fn area(exits_minus_entries: i128, inside: u64, now: SimTime) -> i128 {
    exits_minus_entries + i128::from(inside) * i128::from(now.0)
}

#[cold]
fn begin_type(by_type: &mut Vec<(TypeIx, Box<Histogram>)>, first_type: TypeIx, span: SimSpan) {
    let mut histogram = Box::new(Histogram::default());
    histogram.record(span);
    by_type.push((first_type, histogram));
}

#[cold]
fn count(reasons: &mut Option<Box<[u64; REASONS]>>, reason: Reason) {
    reasons.get_or_insert_with(|| Box::new([0; REASONS]))[reason as usize] += 1;
}

impl Sink for Statistics {
    #[inline(always)]
    fn fact(&mut self, fact: Fact) {
        self.facts += 1;
        let (at, peer) = (fact.at().ix(), fact.peer().ix());
        if fact.kind() == FactKind::Edited || at.max(peer) >= self.rows.len() {
            return;
        }
        let kind = fact.kind() as usize;
        self.rows[at].at[kind] += 1;
        self.rows[peer].by[kind] += 1;
        self.by_kind(fact);
    }

    fn roster(&mut self, now: SimTime, roster: &Roster) {
        for (ix, entry) in roster.iter() {
            if ix.ix() == self.rows.len() {
                self.rows.push(Row::new(now));
                self.times.push(None);
                self.losses.push(None);
                self.deaths.push(None);
                self.end_to_end.push(Vec::new());
                self.links_of.push(Vec::new());
                match entry.kind {
                    ElementKind::Consume => {
                        self.links_of[entry.from.ix()].push(ix);
                        self.links_of[entry.to.ix()].push(ix);
                    }
                    ElementKind::Subscribe => {
                        self.links_of[entry.from.ix()].push(ix);
                        self.links_of[entry.to.ix()].push(ix);
                    }
                    _ => {}
                }
            }
            let row = &mut self.rows[ix.ix()];
            row.capacity += u128::from(row.servers) * u128::from(now.since(row.servers_since).0);
            row.servers_since = now;
            row.servers = if entry.removed_at.is_some() { 0 } else { entry.servers };
            row.consumer = entry.to.ix();
            row.delayed = entry.latency.0 > 0;
            row.acks_before = entry.kind.is_link() && roster.entries[entry.to.ix()].acks_before;
        }
        self.roster = roster.clone();
    }
}
