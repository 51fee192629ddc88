//! What a node or a link says of itself: configured values, and in their place the live ones while a
//! run is on. Words and numbers only; nothing here paints.

use std::collections::HashMap;
use std::sync::Arc;

use eventloom_core::fact::{ElementIx, Roster};
use eventloom_core::ids::{ElementId, LinkId, NodeId};
use eventloom_core::live::{ElementView, NodeState, View};
use eventloom_core::project::{Arrivals, Consumer, LinkKind, Node, NodeKind, Producer, Project};
use eventloom_core::project::{Service, Waiting};

use super::detail::Detail;
use super::scene::{WayId, WayKind};
use crate::text::{tr, tr_args};

/// How full something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Below 60 %.
    Ok,
    /// Below 85 %.
    Warn,
    /// From 85 %.
    Full,
}

impl Level {
    /// Where yellow begins.
    pub(super) const WARN_AT: f32 = 0.60;
    /// Where red begins.
    pub(super) const FULL_AT: f32 = 0.85;

    /// The level of this share.
    pub(super) fn of(share: f32) -> Self {
        if share >= Self::FULL_AT {
            Self::Full
        } else if share >= Self::WARN_AT {
            Self::Warn
        } else {
            Self::Ok
        }
    }
}

/// A fill bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fill {
    /// How much of the bar is filled, 0 to 1.
    pub share: f32,
    /// Its level; none where there is no bound, and the bar is logarithmic from 1 to 10,000.
    pub level: Option<Level>,
}

impl Fill {
    /// The bar of a place that holds `ready` events.
    pub(super) fn of(ready: u64, capacity: Option<u64>) -> Self {
        match capacity {
            // A place without room is full as soon as something is in it, and was never empty.
            Some(0) => Self { share: if ready > 0 { 1.0 } else { 0.0 }, level: Some(Level::Ok) },
            Some(capacity) => {
                let share = (ready as f32 / capacity as f32).min(1.0);
                Self { share, level: Some(Level::of(share)) }
            }
            None => {
                let share = if ready == 0 { 0.0 } else { ((ready as f32).log10() + 0.3) / 4.3 };
                Self { share: share.clamp(0.0, 1.0), level: None }
            }
        }
    }
}

/// The right column: how many events wait.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Count {
    /// As digits.
    pub text: String,
    /// Under it: of how many.
    pub of: String,
    /// The colour of the digits; none: plain.
    pub level: Option<Level>,
}

/// The servers of a consumer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Servers {
    /// One slot each: the share of the service that has passed; none where it idles.
    Slots(Vec<Option<f32>>),
    /// Too many for slots: how many are busy.
    Bar {
        /// How many are busy.
        busy: u64,
        /// Of how many.
        of: u32,
    },
}

/// What a node shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Face {
    /// Its name.
    pub name: String,
    /// The second line.
    pub second: String,
    /// How many events wait.
    pub count: Option<Count>,
    /// How full it is.
    pub fill: Option<Fill>,
    /// Its servers.
    pub servers: Option<Servers>,
    /// Its utilisation.
    pub rho: Option<f64>,
    /// How many events were lost there.
    pub lost: u64,
    /// What keeps it from its work.
    pub mark: Mark,
}

/// What keeps a node of a run from its work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mark {
    /// Nothing.
    #[default]
    None,
    /// It was stopped by hand.
    Stopped,
    /// It crashed.
    Crashed,
    /// Senders wait for it in vain.
    Stuck,
}

impl Mark {
    fn of(element: &ElementView) -> Self {
        match (element.state, element.stuck) {
            (NodeState::Crashed, _) => Self::Crashed,
            (NodeState::Stopped, _) => Self::Stopped,
            (NodeState::Up, true) => Self::Stuck,
            (NodeState::Up, false) => Self::None,
        }
    }

    /// Its words, in place of the second line.
    fn words(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Stopped => Some(tr("canvas-stopped")),
            Self::Crashed => Some(tr("canvas-crashed")),
            Self::Stuck => Some(tr("canvas-stuck")),
        }
    }
}

impl Face {
    /// Whether it shows red from afar: full, or losing.
    pub(super) fn alarming(&self) -> bool {
        self.lost > 0
            || matches!(self.mark, Mark::Crashed | Mark::Stuck)
            || self.fill.is_some_and(|fill| fill.level == Some(Level::Full))
    }
}

/// The moment of a run, with its elements by id.
#[derive(Clone, Copy)]
pub(super) struct Live<'a> {
    /// The moment.
    pub view: &'a View,
    ids: &'a RosterIndex,
}

/// Which number an id has; kept as long as the roster is the same.
#[derive(Debug, Default)]
pub(super) struct RosterIndex {
    roster: Option<Arc<Roster>>,
    by_id: HashMap<ElementId, ElementIx>,
}

impl RosterIndex {
    /// The run's moment, looked up by id.
    pub(super) fn live<'a>(&'a mut self, view: &'a View) -> Live<'a> {
        let known = self.roster.as_ref().is_some_and(|old| Arc::ptr_eq(old, &view.roster));
        if !known {
            self.by_id.clear();
            // As `Roster::find`: what is still there wins, else what was removed last.
            for (ix, entry) in view.roster.iter() {
                let alive = |ix: &ElementIx| view.roster.entry(*ix).removed_at.is_none();
                if !self.by_id.get(&entry.id).is_some_and(alive) {
                    self.by_id.insert(entry.id.clone(), ix);
                }
            }
            self.roster = Some(Arc::clone(&view.roster));
        }
        Live { view, ids: self }
    }
}

impl<'a> Live<'a> {
    /// The figures of an element that the run knows.
    pub(super) fn element(&self, id: &ElementId) -> Option<&'a ElementView> {
        self.view.elements.get(self.ids.by_id.get(id)?.ix())
    }

    /// The figures of a node.
    pub(super) fn node(&self, id: &NodeId) -> Option<&'a ElementView> {
        self.element(&ElementId::Node(id.clone()))
    }

    /// The figures of a link.
    pub(super) fn link(&self, id: &LinkId) -> Option<&'a ElementView> {
        self.element(&ElementId::Link(id.clone()))
    }
}

/// What a node of which `links_out` links lead away shows at this detail; below `Full` no second
/// line.
pub(super) fn face(
    id: &NodeId,
    node: &Node,
    links_out: usize,
    live: Option<Live<'_>>,
    detail: Detail,
) -> Face {
    let element = live.and_then(|live| live.node(id));
    let name = if node.name.is_empty() { id.as_str() } else { &node.name };
    let mut face = Face {
        name: name.to_owned(),
        lost: element.map_or(0, |element| element.lost),
        mark: element.map_or(Mark::None, Mark::of),
        ..Face::default()
    };
    let words = detail >= Detail::Full;
    match &node.kind {
        NodeKind::Producer(producer) if words => face.second = producer_line(producer, element),
        NodeKind::Topic(_) if words => face.second = topic_line(links_out, element),
        NodeKind::Note(note) => face.second.clone_from(&note.text),
        NodeKind::Queue(waiting) => {
            queue(&mut face, waiting, element);
            if words {
                face.second = queue_line(links_out, element);
            }
        }
        NodeKind::Consumer(settings) => {
            consumer(&mut face, settings, element);
            if words {
                face.second = consumer_line(&settings.service, element);
            }
        }
        _ => {}
    }
    if let Some(said) = face.mark.words().filter(|_| words) {
        said.clone_into(&mut face.second);
    }
    face
}

fn producer_line(producer: &Producer, element: Option<&ElementView>) -> String {
    if let Some(element) = element {
        let rate = rate(element.rate_per_s);
        return if element.outbox > 0 {
            let args = [("rate", rate.into()), ("held", digits(element.outbox).into())];
            tr_args("canvas-producer-held", &args)
        } else {
            tr_args("canvas-rate", &[("rate", rate.into())])
        };
    }
    match &producer.arrivals {
        Arrivals::Constant { rate_per_s } => {
            tr_args("canvas-arrivals-constant", &[("rate", setting(*rate_per_s).into())])
        }
        Arrivals::Poisson { rate_per_s } => {
            tr_args("canvas-arrivals-poisson", &[("rate", setting(*rate_per_s).into())])
        }
        arrivals @ (Arrivals::OnOff { .. }
        | Arrivals::Profile { .. }
        | Arrivals::Modulated { .. }) => {
            let key = match arrivals {
                Arrivals::OnOff { .. } => "canvas-arrivals-bursts",
                Arrivals::Profile { .. } => "canvas-arrivals-profile",
                _ => "canvas-arrivals-modulated",
            };
            let mean = arrivals.mean_rate_per_s().map_or_else(|| "?".to_owned(), setting);
            tr_args(key, &[("rate", mean.into())])
        }
        Arrivals::Recorded(recording) if recording.file.is_empty() => {
            tr("canvas-arrivals-recorded-none").to_owned()
        }
        Arrivals::Recorded(recording) => {
            let file = recording.file.rsplit(['/', '\\']).next().unwrap_or_default();
            tr_args("canvas-arrivals-recorded", &[("file", file.into())])
        }
    }
}

fn topic_line(subscriptions: usize, element: Option<&ElementView>) -> String {
    if let Some(element) = element {
        let args = [("rate", rate(element.rate_per_s).into()), ("copies", subscriptions.into())];
        return tr_args("canvas-topic-live", &args);
    }
    tr_args("canvas-topic-subscriptions", &[("count", subscriptions.into())])
}

fn queue(face: &mut Face, waiting: &Waiting, element: Option<&ElementView>) {
    let ready = element.map_or(0, |element| element.ready);
    let fill = Fill::of(ready, waiting.capacity);
    face.count = Some(Count {
        text: digits(ready),
        of: match waiting.capacity {
            Some(capacity) => tr_args("canvas-of", &[("capacity", digits(capacity).into())]),
            None => tr("canvas-no-limit").to_owned(),
        },
        level: fill.level.filter(|_| ready > 0),
    });
    face.fill = Some(fill);
}

fn queue_line(consumers: usize, element: Option<&ElementView>) -> String {
    match element.and_then(|element| element.wait_mean_s) {
        Some(wait) => tr_args("canvas-wait", &[("wait", seconds(wait).into())]),
        None => tr_args("canvas-queue-consumers", &[("count", consumers.into())]),
    }
}

fn consumer(face: &mut Face, settings: &Consumer, element: Option<&ElementView>) {
    face.rho = element.and_then(|element| element.utilisation);
    face.servers = Some(if settings.concurrency <= 8 {
        let mut slots = element.map(|element| element.servers.clone()).unwrap_or_default();
        slots.resize(settings.concurrency as usize, None);
        Servers::Slots(slots)
    } else {
        let busy = element.map_or(0, |element| element.in_service);
        Servers::Bar { busy, of: settings.concurrency }
    });
}

fn consumer_line(service: &Service, element: Option<&ElementView>) -> String {
    let mean = short_span(service.mean_s());
    match (element, service) {
        (Some(element), _) => {
            let args = [("rate", rate(element.rate_per_s).into()), ("mean", mean.into())];
            tr_args("canvas-consumer-live", &args)
        }
        (None, service) => tr_args(service_key(service), &[("mean", mean.into())]),
    }
}

fn service_key(service: &Service) -> &'static str {
    match service {
        Service::Constant { .. } => "canvas-service-constant",
        Service::Uniform { .. } => "canvas-service-uniform",
        Service::Exponential { .. } => "canvas-service-exponential",
        Service::Erlang { .. } => "canvas-service-erlang",
        Service::LogNormal { .. } => "canvas-service-log-normal",
        Service::Hyperexponential { .. } => "canvas-service-hyperexponential",
        Service::Weibull { .. } => "canvas-service-weibull",
        Service::Empirical { .. } => "canvas-service-empirical",
        Service::BySize { .. } => "canvas-service-by-size",
    }
}

/// What stands at a link.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct WayLabel {
    /// Beside the line.
    pub text: String,
    /// On the line, with a clock: how long an event is on the way.
    pub delay: Option<String>,
    /// Whether the text speaks of losses.
    pub loss: bool,
}

/// What stands at a way; `thinned_from` is how many events its dots stand for, where they are
/// thinned.
pub(super) fn way_label(
    project: &Project,
    id: &WayId,
    kind: WayKind,
    live: Option<Live<'_>>,
    thinned_from: Option<u64>,
) -> WayLabel {
    match id {
        WayId::DeadLetters(channel) => dead_letters_label(project, channel, live),
        WayId::Link(id) => {
            let latency = project.links.get(id).map_or(0.0, |link| link.latency_s);
            let delay = (latency > 0.0).then(|| short_span(latency));
            let Some(element) = live.and_then(|live| live.link(id)) else {
                return WayLabel { delay, ..WayLabel::default() };
            };
            if element.lost > 0 {
                let text = tr_args("canvas-lost", &[("count", digits(element.lost).into())]);
                return WayLabel { text, delay, loss: true };
            }
            let mut text = tr_args("canvas-rate", &[("rate", rate(element.rate_per_s).into())]);
            if kind == WayKind::Link(LinkKind::Subscribe) && element.ready > 0 {
                let args = [("rate", text.into()), ("count", digits(element.ready).into())];
                text = tr_args("canvas-subscription-waiting", &args);
            }
            if let Some(count) = thinned_from {
                let args = [("rate", text.into()), ("count", digits(count).into())];
                text = tr_args("canvas-link-thinned", &args);
            }
            WayLabel { text, delay, loss: false }
        }
    }
}

fn dead_letters_label(project: &Project, channel: &NodeId, live: Option<Live<'_>>) -> WayLabel {
    let made = live.and_then(|live| live.node(channel)).map_or(0, |e| e.dead_lettered);
    let limit = project.nodes.get(channel).and_then(|node| match &node.kind {
        NodeKind::Topic(waiting) | NodeKind::Queue(waiting) => waiting.delivery_limit,
        _ => None,
    });
    let text = match (live.is_some(), limit) {
        (true, _) => tr_args("canvas-dead-letters", &[("count", digits(made).into())]),
        (false, Some(limit)) => tr_args("canvas-after-tries", &[("count", limit.into())]),
        (false, None) => String::new(),
    };
    WayLabel { text, delay: None, loss: true }
}

/// A node's name in full, as assistive technology reads it: "payment, queue, 73 of 80, 45 lost".
pub(super) fn spoken_node(face: &Face, kind: &NodeKind) -> String {
    let mut parts = vec![face.name.clone(), kind_word(kind).to_owned()];
    if let Some(count) = &face.count {
        parts.push(format!("{} {}", count.text, count.of));
    } else if !face.second.is_empty() {
        parts.push(face.second.clone());
    }
    match &face.servers {
        Some(Servers::Slots(slots)) => {
            let busy = slots.iter().flatten().count();
            let args = [("busy", busy.into()), ("of", slots.len().into())];
            parts.push(tr_args("canvas-busy", &args));
        }
        Some(Servers::Bar { busy, of }) => {
            let args = [("busy", (*busy).into()), ("of", (*of).into())];
            parts.push(tr_args("canvas-busy", &args));
        }
        None => {}
    }
    if face.lost > 0 {
        parts.push(tr_args("canvas-lost", &[("count", digits(face.lost).into())]));
    }
    parts.join(", ")
}

/// A way's name in full: "publish link from Web shop to orders".
pub(super) fn spoken_way(project: &Project, kind: WayKind, from: &NodeId, to: &NodeId) -> String {
    let key = match kind {
        WayKind::Link(LinkKind::Publish) => "canvas-way-publish",
        WayKind::Link(LinkKind::Bind) => "canvas-way-bind",
        WayKind::Link(LinkKind::Subscribe) => "canvas-way-subscribe",
        WayKind::Link(LinkKind::Consume) => "canvas-way-consume",
        WayKind::DeadLetters => "canvas-way-dead-letters",
    };
    let name = |id| project.display_name(id).to_owned();
    tr_args(key, &[("from", name(from).into()), ("to", name(to).into())])
}

/// The kind's word.
pub(super) fn kind_word(kind: &NodeKind) -> &'static str {
    match kind {
        NodeKind::Producer(_) => tr("canvas-kind-producer"),
        NodeKind::Topic(_) => tr("canvas-kind-topic"),
        NodeKind::Queue(_) => tr("canvas-kind-queue"),
        NodeKind::Consumer(_) => tr("canvas-kind-consumer"),
        NodeKind::Note(_) => tr("canvas-kind-note"),
    }
}

/// A whole number, thousands apart by a narrow gap; from a million on in millions.
pub(super) fn digits(value: u64) -> String {
    if value >= 10_000_000 {
        return format!("{:.1} M", value as f64 / 1e6);
    }
    let plain = value.to_string();
    if plain.len() <= 3 {
        return plain;
    }
    let mut spaced = String::with_capacity(plain.len() + 3);
    for (ix, digit) in plain.chars().enumerate() {
        if ix > 0 && (plain.len() - ix).is_multiple_of(3) {
            spaced.push('\u{a0}');
        }
        spaced.push(digit);
    }
    spaced
}

/// A measured rate: three digits or so, always with its decimal below 100; a rate that is not 0
/// does not look like 0.
pub(super) fn rate(per_s: f64) -> String {
    if !per_s.is_finite() || per_s < 0.0 {
        "0.0".to_owned()
    } else if per_s > 0.0 && per_s < 0.05 {
        format!("{:.3}", per_s.max(0.001))
    } else if per_s < 100.0 {
        format!("{per_s:.1}")
    } else if per_s < 10_000.0 {
        digits(per_s.round() as u64)
    } else if per_s < 1e6 {
        format!("{:.1} k", per_s / 1e3)
    } else {
        format!("{:.1} M", per_s / 1e6)
    }
}

/// A number as it was set: no more digits than it needs, at most four.
pub(super) fn setting(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    if value != 0.0 && !(1e-3..1e6).contains(&value.abs()) {
        return format!("{value:e}");
    }
    let rounded = format!("{value:.3}");
    rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A measured time, with as many digits as one can take in.
pub(super) fn seconds(value: f64) -> String {
    if !value.is_finite() || value < 0.0 {
        "0 s".to_owned()
    } else if value < 0.000_1 {
        format!("{:.0} µs", value * 1e6)
    } else if value < 0.01 {
        format!("{:.1} ms", value * 1e3)
    } else if value < 0.1 {
        format!("{:.0} ms", value * 1e3)
    } else if value < 10.0 {
        format!("{value:.2} s")
    } else if value < 100.0 {
        format!("{value:.1} s")
    } else {
        format!("{} s", digits(value.round() as u64))
    }
}

/// A time as it was set, in the unit that suits it.
pub(super) fn short_span(value_s: f64) -> String {
    if value_s > 0.0 && value_s < 0.001 {
        format!("{} µs", setting(value_s * 1e6))
    } else if value_s > 0.0 && value_s < 1.0 {
        format!("{} ms", setting(value_s * 1e3))
    } else {
        format!("{} s", setting(value_s))
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn still(id: &str) -> Face {
        let project = samples::orders();
        let id = id.into();
        let links_out = project.links.values().filter(|link| link.from == id).count();
        face(&id, &project.nodes[&id], links_out, None, Detail::Full)
    }

    #[test]
    fn without_a_run_nodes_show_their_settings() {
        assert_eq!(still("web-shop").second, "Poisson · 10/s");
        assert_eq!(still("orders").second, "3 subscriptions");
        assert_eq!(still("email-service").second, "Exponential · 50 ms");
        assert_eq!(still("email").second, "1 consumer");
        assert_eq!(still("payment-dlq").second, "No consumer");
        assert_eq!(still("email").count.expect("a queue counts").of, "of 80");
        assert_eq!(still("payment-dlq").count.expect("a queue counts").of, "no limit");
        assert_eq!(still("stock-service").servers, Some(Servers::Slots(vec![None; 3])));
    }

    #[test]
    fn in_a_run_live_values_stand_in_the_same_place() {
        let project = samples::orders();
        let view = samples::running(&project);
        let mut index = RosterIndex::default();
        let live = index.live(&view);
        let face_of = |id: &str| {
            let id = id.into();
            face(&id, &project.nodes[&id], 3, Some(live), Detail::Full)
        };
        let payment = face_of("payment");
        assert_eq!(payment.second, "wait 2.73 s");
        assert_eq!(payment.lost, 45);
        let count = payment.count.expect("a queue counts");
        assert_eq!((count.text.as_str(), count.level), ("73", Some(Level::Full)));
        assert_eq!(face_of("orders").second, "39.5/s in · ×3 out");
        assert_eq!(face_of("payment-service").second, "29.3/s · 50 ms");
        let id = WayId::Link("payment-work".into());
        let label = way_label(&project, &id, WayKind::Link(LinkKind::Consume), Some(live), None);
        assert_eq!(label.text, "29.3/s");
    }

    #[test]
    fn nodes_are_named_in_full() {
        let project = samples::orders();
        let view = samples::running(&project);
        let mut index = RosterIndex::default();
        let live = index.live(&view);
        let id: NodeId = "payment".into();
        let node = &project.nodes[&id];
        let face = face(&id, node, 1, Some(live), Detail::Full);
        assert_eq!(spoken_node(&face, &node.kind), "payment, queue, 73 of 80, 45 lost");
    }

    #[test]
    fn levels_and_bars_follow_the_share() {
        assert_eq!(Fill::of(47, Some(80)).level, Some(Level::Ok));
        assert_eq!(Fill::of(48, Some(80)).level, Some(Level::Warn));
        assert_eq!(Fill::of(68, Some(80)).level, Some(Level::Full));
        assert_eq!(Fill::of(500, Some(80)).share, 1.0);
        assert_eq!(Fill::of(0, None).share, 0.0);
        assert!(Fill::of(1, None).share > 0.05);
        assert!((Fill::of(10_000, None).share - 1.0).abs() < 1e-6);
        assert_eq!(Fill::of(0, Some(0)).share, 0.0);
    }

    #[test]
    fn numbers_are_short_and_carry_their_unit() {
        assert_eq!(digits(2_406), "2\u{a0}406");
        assert_eq!(digits(999), "999");
        assert_eq!(rate(37.52), "37.5");
        assert_eq!(rate(0.003), "0.003");
        assert_eq!(rate(0.0), "0.0");
        assert_eq!(rate(12_345.0), "12.3 k");
        assert_eq!(rate(f64::NAN), "0.0");
        assert_eq!(setting(10.0), "10");
        assert_eq!(setting(0.25), "0.25");
        assert_eq!(seconds(0.113), "0.11 s");
        assert_eq!(seconds(0.0042), "4.2 ms");
        assert_eq!(short_span(0.05), "50 ms");
        assert_eq!(short_span(0.0), "0 s");
        assert_eq!(short_span(1.5), "1.5 s");
    }
}
