//! Who is asked for more than they can do, as far as it follows from the drawn rates.
//!
//! Each publisher has a rate; what reaches a waiting place is the sum over the publishers whose
//! events come there (once each, however many ways they take). The figures are lower bounds where
//! something is not known (a recorded log, a ring of consumers), so a warning is never due to a
//! guess.

use std::collections::VecDeque;

use super::structure::{Graph, Ix, Place};
use super::{Found, Severity};
use crate::project::{Ack, Arrivals, Consumer, NodeKind, OnFailure, Waiting};

pub(super) fn check(graph: &Graph<'_>, places: &[Place<'_>], found: &mut Found) {
    // Figures of settings that are wrong would only repeat that they are.
    if found.problems.iter().any(|problem| problem.severity == Severity::Error) {
        return;
    }
    let flow = Flow::solve(graph, places);
    flow.warn_consumers(graph, places, found);
    flow.warn_queues(graph, places, found);
}

/// What one consumer does with events of one place.
struct Work {
    /// Services per event.
    attempts: f64,
    /// The share of the events that end well.
    success: f64,
}

/// Attempts are geometric, cut off at the delivery limit n: with failure probability p there are
/// (1 − pⁿ) / (1 − p) of them, and 1 − pⁿ of the events end well.
fn work(consumer: &Consumer, rules: &Waiting) -> Work {
    let p = consumer.failure_probability;
    let again = consumer.ack == Ack::After && consumer.on_failure == OnFailure::Requeue;
    if !again {
        return Work { attempts: 1.0, success: 1.0 - p };
    }
    match rules.delivery_limit {
        None if p >= 1.0 => Work { attempts: f64::INFINITY, success: 0.0 },
        None => Work { attempts: 1.0 / (1.0 - p), success: 1.0 },
        Some(limit) if p >= 1.0 => Work { attempts: f64::from(limit), success: 0.0 },
        Some(limit) => {
            let success = 1.0 - libm::pow(p, f64::from(limit));
            Work { attempts: success / (1.0 - p), success }
        }
    }
}

/// Events per second of a place that a consumer can finish if it does nothing else.
fn capacity(consumer: &Consumer, rules: &Waiting) -> f64 {
    let busy_s = consumer.service.mean_s() * work(consumer, rules).attempts;
    if busy_s > 0.0 { f64::from(consumer.concurrency) / busy_s } else { f64::INFINITY }
}

struct Flow {
    /// Events per second that reach each place.
    arriving: Vec<f64>,
}

impl Flow {
    fn solve(graph: &Graph<'_>, places: &[Place<'_>]) -> Self {
        let n = graph.nodes.len();
        let mut inputs_of: Vec<Vec<usize>> = vec![Vec::new(); n];
        let mut outputs_of: Vec<Vec<usize>> = vec![Vec::new(); n];
        for (place, Place { publishers, takers, .. }) in places.iter().enumerate() {
            takers.iter().for_each(|&taker| inputs_of[taker].push(place));
            publishers.iter().for_each(|&publisher| outputs_of[publisher].push(place));
        }
        let mut published: Vec<f64> = (0..n).map(|ix| source_rate(graph, ix)).collect();
        // Consumers whose inputs are all known come first (Kahn's order); what is in a ring keeps
        // the rate 0 and so the lower bound.
        let mut unknown: Vec<usize> = places.iter().map(|place| place.publishers.len()).collect();
        let mut waiting_for: Vec<usize> = inputs_of.iter().map(Vec::len).collect();
        let mut arriving = vec![0.0; places.len()];
        let mut known: VecDeque<Ix> =
            (0..n).filter(|&ix| !matches!(graph.kind(ix), NodeKind::Consumer(_))).collect();
        known.extend((0..n).filter(|&ix| {
            matches!(graph.kind(ix), NodeKind::Consumer(_)) && inputs_of[ix].is_empty()
        }));
        let mut settle: VecDeque<usize> = (0..places.len()).filter(|&p| unknown[p] == 0).collect();
        loop {
            while let Some(place) = settle.pop_front() {
                for &taker in &places[place].takers {
                    waiting_for[taker] -= 1;
                    if waiting_for[taker] == 0 {
                        published[taker] =
                            onward(graph, places, &arriving, &inputs_of[taker], taker);
                        known.push_back(taker);
                    }
                }
            }
            let Some(ix) = known.pop_front() else { break };
            for &place in &outputs_of[ix] {
                arriving[place] += published[ix];
                unknown[place] -= 1;
                if unknown[place] == 0 {
                    settle.push_back(place);
                }
            }
        }
        Self { arriving }
    }

    /// Consumers for which the places that nobody else empties are too much already.
    fn warn_consumers(&self, graph: &Graph<'_>, places: &[Place<'_>], found: &mut Found) {
        let mut load = vec![(0.0, 0.0); graph.nodes.len()];
        for (place, &rate) in places.iter().zip(&self.arriving) {
            let [taker] = place.takers[..] else { continue };
            if let NodeKind::Consumer(consumer) = graph.kind(taker) {
                let (events, busy): &mut (f64, f64) = &mut load[taker];
                *events += rate;
                *busy += rate / capacity(consumer, place.rules);
            }
        }
        for (ix, &(events, rho)) in load.iter().enumerate() {
            if rho >= 1.0 {
                let id = graph.nodes[ix].0;
                found.node(Severity::Warning, "overloaded", id, None, overload(rho, events));
            }
        }
    }

    /// Queues that bring more than their competing consumers can do together.
    fn warn_queues(&self, graph: &Graph<'_>, places: &[Place<'_>], found: &mut Found) {
        for (place, &rate) in places.iter().zip(&self.arriving) {
            if place.takers.len() < 2 {
                continue;
            }
            let able: f64 = place
                .takers
                .iter()
                .filter_map(|&taker| match graph.kind(taker) {
                    NodeKind::Consumer(consumer) => Some(capacity(consumer, place.rules)),
                    _ => None,
                })
                .sum();
            let rho = rate / able;
            if rho >= 1.0 {
                let id = graph.nodes[place.channel].0;
                found.node(Severity::Warning, "overloaded", id, None, overload(rho, rate));
            }
        }
    }
}

fn source_rate(graph: &Graph<'_>, ix: Ix) -> f64 {
    match graph.kind(ix) {
        NodeKind::Producer(producer) => match producer.arrivals {
            Arrivals::Constant { rate_per_s } | Arrivals::Poisson { rate_per_s } => rate_per_s,
            Arrivals::Recorded(_) => 0.0,
        },
        _ => 0.0,
    }
}

/// What a consumer passes on: one event for each that ends well, as many as its servers manage. Of
/// a queue it gets the share that it has in the consumers' capacity.
fn onward(
    graph: &Graph<'_>,
    places: &[Place<'_>],
    arriving: &[f64],
    inputs: &[usize],
    ix: Ix,
) -> f64 {
    let NodeKind::Consumer(consumer) = graph.kind(ix) else { return 0.0 };
    let (mut busy, mut done) = (0.0, 0.0);
    for &input in inputs {
        let place = &places[input];
        let mine = capacity(consumer, place.rules);
        let all: f64 = place
            .takers
            .iter()
            .filter_map(|&taker| match graph.kind(taker) {
                NodeKind::Consumer(other) => Some(capacity(other, place.rules)),
                _ => None,
            })
            .sum();
        let share =
            if all.is_finite() && all > 0.0 { mine / all } else { 1.0 / place.takers.len() as f64 };
        let rate = arriving[input] * share;
        busy += rate / mine;
        done += rate * work(consumer, place.rules).success;
    }
    if done > 0.0 && busy > 1.0 { done / busy } else { done }
}

fn overload(rho: f64, events: f64) -> String {
    let utilisation = if rho.is_finite() { format!("{rho:.2}") } else { "∞".to_owned() };
    let rate = format!("{events:.3}");
    let rate = rate.trim_end_matches('0').trim_end_matches('.');
    format!(
        "More comes in than can be done: ρ = {utilisation} at {rate} events/s, so what waits \
         grows until it is lost or blocks. Lower the rate, add servers or shorten the service."
    )
}
