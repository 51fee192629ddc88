//! What the tests of panels share: a project, a moment of a run, and a stage that shows one panel
//! and keeps what it asks for.

use std::sync::Arc;

use egui::Ui;
use egui_kittest::Harness;
use eventloom_core::fact::{
    ElementIx, ElementKind, EventId, Fact, FactKind, Reason, Roster, RosterEntry, TypeIx,
};
use eventloom_core::ids::ElementId;
use eventloom_core::live::{
    Bucket, ContentsRow, ElementView, RunState, SelectionTail, SeriesKey, SeriesMeasure,
    SeriesView, Speed, View,
};
use eventloom_core::project::check::Problem;
use eventloom_core::project::{
    Consumer, Link, Node, NodeKind, Point, Producer, Project, Service, Waiting,
};
use eventloom_core::time::{SimSpan, SimTime};

use crate::command::{Command, CommandQueue};
use crate::context::FrameContext;
use crate::theme::{Theme, ThemeName};
use crate::view_state::{Camera, Selection, Workspace};

/// One panel on a stage.
pub(super) struct Stage<P> {
    pub(super) panel: P,
    pub(super) project: Project,
    pub(super) problems: Vec<Problem>,
    pub(super) view: Option<View>,
    pub(super) read_only: bool,
    pub(super) selection: Selection,
    commands: CommandQueue,
    theme: Theme,
}

impl<P: Default + 'static> Stage<P> {
    /// A window of this size with the panel in it.
    pub(super) fn harness(
        size: [f32; 2],
        mut show: impl FnMut(&mut P, &mut Ui, &FrameContext<'_>, &mut CommandQueue) + 'static,
    ) -> Harness<'static, Self> {
        let stage = Self {
            panel: P::default(),
            project: project(),
            problems: Vec::new(),
            view: None,
            read_only: false,
            selection: Selection::default(),
            commands: CommandQueue::default(),
            theme: Theme::load(ThemeName::Dark).expect("the bundled theme is whole"),
        };
        let setup = |ctx: &egui::Context| {
            crate::theme::style::install(ctx);
            let theme = Theme::load(ThemeName::Dark).expect("the bundled theme is whole");
            crate::theme::style::apply(ctx, &theme);
        };
        // Steps as short as frames are, so that two clicks make a double click.
        let builder = Harness::builder().with_step_dt(1.0 / 60.0);
        builder.with_size(size).with_context_setup(setup).build_ui_state(
            move |ui, stage: &mut Self| {
                let frame = FrameContext {
                    project: &stage.project,
                    problems: &stage.problems,
                    view: stage.view.as_ref(),
                    read_only: stage.read_only,
                    selection: &stage.selection,
                    camera: Camera::default(),
                    workspace: Workspace::Run,
                    theme: &stage.theme,
                    reduced_motion: false,
                };
                show(&mut stage.panel, ui, &frame, &mut stage.commands);
            },
            stage,
        )
    }

    /// What the panel asked for since the last call.
    pub(super) fn take(&mut self) -> Vec<Command> {
        self.commands.take()
    }

    /// Selects this node.
    pub(super) fn select(&mut self, node: &str) {
        self.selection = Selection::one(ElementId::Node(node.into()));
    }
}

/// `web` → `orders` → `payment` (room for 80) → `service`.
pub(super) fn project() -> Project {
    let mut project = Project { name: "Shop".into(), seed: 42, ..Project::default() };
    let waiting = Waiting { capacity: Some(80), delivery_limit: Some(5), ..Waiting::default() };
    let service = Service::Exponential { mean_s: 0.15 };
    let kinds = [
        ("web", "Web shop", NodeKind::Producer(Producer::default())),
        ("orders", "", NodeKind::Topic(Waiting::default())),
        ("payment", "", NodeKind::Queue(waiting)),
        (
            "service",
            "Payment service",
            NodeKind::Consumer(Consumer { service, concurrency: 4, ..Consumer::default() }),
        ),
    ];
    for (id, name, kind) in kinds {
        let node = Node { name: name.into(), at: Point(0.0, 0.0), kind };
        project.nodes.insert(id.into(), node);
    }
    for (id, from, to) in
        [("l1", "web", "orders"), ("l2", "orders", "payment"), ("l3", "payment", "service")]
    {
        let link = Link::new(from, to);
        project.links.insert(id.into(), link);
    }
    project
}

fn roster(project: &Project) -> Roster {
    let entry = |id: ElementId, kind, from, to| RosterEntry {
        id,
        kind,
        from: ElementIx(from),
        to: ElementIx(to),
        latency: SimSpan::ZERO,
        servers: if kind == ElementKind::Consumer { 4 } else { 0 },
        acks_before: false,
        capacity: (kind == ElementKind::Queue).then_some(80),
        removed_at: None,
    };
    let mut entries = Vec::new();
    for (id, node) in &project.nodes {
        let ix = entries.len() as u32;
        let kind = match node.kind {
            NodeKind::Producer(_) => ElementKind::Producer,
            NodeKind::Topic(_) => ElementKind::Topic,
            NodeKind::Queue(_) => ElementKind::Queue,
            NodeKind::Consumer(_) => ElementKind::Consumer,
            NodeKind::Note(_) => ElementKind::Note,
        };
        entries.push(entry(ElementId::Node(id.clone()), kind, ix, ix));
    }
    Roster { entries, types: vec![Arc::from("order.created"), Arc::from("order.cancelled")] }
}

/// The run of [`project`] at 40 s, its front at 50 s.
pub(super) fn view() -> View {
    let project = project();
    let roster = Arc::new(roster(&project));
    let payment = roster.find(&ElementId::Node("payment".into())).expect("the queue is there");
    let width = SimSpan::from_millis(500);
    let lengths: Vec<Bucket> = (0..100_u32)
        .map(|ix| {
            let value = f64::from(ix) * 0.8;
            Bucket { min: value - 0.5, max: value + 1.0, last: value }
        })
        .collect();
    let rates: Vec<Bucket> = (0..100_u32)
        .map(|ix| {
            let value = 30.0 + f64::from(ix % 7);
            Bucket { min: value, max: value, last: value }
        })
        .collect();
    let line = |measure, buckets: Vec<Bucket>| SeriesView {
        key: SeriesKey { element: payment, measure },
        width,
        buckets: Arc::new(buckets),
    };
    let mut elements = vec![ElementView::default(); roster.entries.len()];
    elements[payment.ix()] = ElementView {
        ready: 63,
        unacked: 4,
        in_service: 4,
        arrived: 1_500,
        completed: 1_400,
        lost: 45,
        rate_per_s: 32.3,
        wait_mean_s: Some(2.73),
        ..ElementView::default()
    };
    View {
        at: SimTime(40_000_000_000),
        front: SimTime(50_000_000_000),
        live: false,
        state: RunState::Running,
        speed: Speed::Times(1.0),
        seed: 42,
        lag: SimSpan::ZERO,
        facts: 32_109,
        events: 1_500,
        elements,
        flow: Vec::new(),
        tail: Some(tail(payment)),
        series: Arc::new(vec![
            line(SeriesMeasure::QueueLength, lengths),
            line(SeriesMeasure::Throughput, rates),
        ]),
        density: Arc::new((0..100).map(|ix| (300 + ix % 40, u64::from(ix > 90))).collect()),
        density_width: width,
        edits: Arc::new(vec![SimTime(20_000_000_000)]),
        refusals: Vec::new(),
        roster,
        project: Arc::new(project),
    }
}

fn tail(payment: ElementIx) -> SelectionTail {
    let contents = (0..70_u64)
        .map(|ix| ContentsRow {
            event: EventId(1_042 + ix),
            event_type: TypeIx((ix % 2) as u8),
            key: Some(Arc::from(format!("C-{ix}"))),
            age: SimSpan::from_millis(2_000 - ix * 20),
            deliveries: if ix == 0 { 2 } else { u32::from(ix < 4) },
            delivered: ix < 4,
        })
        .collect();
    let fact = |ms: u64, kind, event| {
        Fact::new(SimTime(ms * 1_000_000), kind, EventId(event), TypeIx(0), payment, payment)
    };
    SelectionTail {
        element: ElementId::Node("payment".into()),
        contents,
        contents_total: 2_406,
        facts: vec![
            fact(39_990, FactKind::Refused, 1_107).with_reason(Reason::OverflowNewest),
            fact(39_980, FactKind::Delivered, 1_042).with_attempt(2),
            fact(39_970, FactKind::Accepted, 1_106),
            fact(39_960, FactKind::Completed, 1_031),
            fact(39_950, FactKind::DeadLettered, 987).with_reason(Reason::DeliveryLimit),
        ],
    }
}
