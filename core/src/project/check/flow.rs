//! Who is asked for more than they can do, as far as it follows from the drawn rates.
//!
//! Each publisher has a rate; what reaches a waiting place is the sum over the publishers whose
//! events come there (once each, however many ways they take). The figures are lower bounds where
//! something is not known (a recorded log, a closed loop, a filter, a ring of consumers), so a warning is never due to a
//! guess.

use std::collections::VecDeque;

use super::structure::{Graph, Ix, Place};
use super::{Found, Severity};
use crate::project::{Ack, Consumer, EmitOn, NodeKind, OnFailure, Waiting};

pub(super) fn check(graph: &Graph<'_>, places: &[Place<'_>], found: &mut Found) {
    // Figures of settings that are wrong would only repeat that they are.
    if found.problems.iter().any(|problem| problem.severity == Severity::Error) {
        return;
    }
    let mut flow = Flow {
        graph,
        places,
        able: places.iter().map(|place| able(graph, place)).collect(),
        arriving: vec![0.0; places.len()],
    };
    flow.solve();
    flow.warn_consumers(found);
    flow.warn_queues(found);
}

/// What one consumer does with events of one place.
struct Work {
    /// Services per event.
    attempts: f64,
    /// The share of the events that end well.
    success: f64,
}

/// Attempts are geometric, cut off at the number n of attempts or deliveries: with failure probability p there are
/// (1 − pⁿ) / (1 − p) of them, and 1 − pⁿ of the events end well.
fn work(consumer: &Consumer, rules: &Waiting) -> Work {
    let p = consumer.failure_probability;
    let limit = match (consumer.on_failure, consumer.ack) {
        (OnFailure::Retry(retry), _) => Some(retry.attempts),
        (OnFailure::Requeue, Ack::After) => rules.delivery_limit,
        (OnFailure::Requeue, Ack::Before) | (OnFailure::Reject, _) => Some(1),
    };
    match limit {
        None if p >= 1.0 => Work { attempts: f64::INFINITY, success: 0.0 },
        None => Work { attempts: 1.0 / (1.0 - p), success: 1.0 },
        Some(limit) if p >= 1.0 => Work { attempts: f64::from(limit), success: 0.0 },
        Some(limit) => {
            let success = 1.0 - libm::pow(p, f64::from(limit));
            Work { attempts: success / (1.0 - p), success }
        }
    }
}

/// How many events a consumer publishes per event on average, at least: what a filter holds back is
/// not known. Without rules it publishes one for each that ends well.
fn passed_on(consumer: &Consumer, work: &Work) -> f64 {
    if consumer.emissions.is_empty() {
        return work.success;
    }
    if !work.attempts.is_finite() {
        return 0.0;
    }
    let emissions = consumer.emissions.iter().filter(|emission| emission.filter.is_open());
    emissions
        .map(|emission| {
            let occasions = match emission.on {
                EmitOn::Success => work.success,
                EmitOn::Failure => work.attempts - work.success,
                EmitOn::GivenUp => 1.0 - work.success,
            };
            occasions * emission.probability * f64::from(emission.count)
        })
        .sum()
}

/// Events per second of a place that a consumer can finish if it does nothing else.
fn capacity(consumer: &Consumer, rules: &Waiting) -> f64 {
    let busy_s = consumer.service.mean_s() * work(consumer, rules).attempts;
    if busy_s > 0.0 { f64::from(consumer.concurrency) / busy_s } else { f64::INFINITY }
}

/// The same of all its consumers together.
fn able(graph: &Graph<'_>, place: &Place<'_>) -> f64 {
    let consumers = place.takers.iter().filter_map(|&taker| match graph.kind(taker) {
        NodeKind::Consumer(consumer) => Some(capacity(consumer, &place.rules)),
        _ => None,
    });
    consumers.sum()
}

struct Flow<'a> {
    graph: &'a Graph<'a>,
    places: &'a [Place<'a>],
    /// Events per second that the consumers of each place can finish together.
    able: Vec<f64>,
    /// Events per second that reach each place.
    arriving: Vec<f64>,
}

impl Flow<'_> {
    /// Follows the rates from the producers on: a consumer's is known once all its places' are
    /// (Kahn's order). What is in a ring keeps what comes from outside of it, a lower bound.
    fn solve(&mut self) {
        let n = self.graph.nodes.len();
        let mut inputs_of: Vec<Vec<usize>> = vec![Vec::new(); n];
        let mut outputs_of: Vec<Vec<usize>> = vec![Vec::new(); n];
        for (number, place) in self.places.iter().enumerate() {
            place.takers.iter().for_each(|&taker| inputs_of[taker].push(number));
            place.publishers.iter().for_each(|&publisher| outputs_of[publisher].push(number));
        }
        let mut unknown_publishers: Vec<usize> =
            self.places.iter().map(|place| place.publishers.len()).collect();
        let mut unknown_inputs: Vec<usize> = inputs_of.iter().map(Vec::len).collect();
        let mut settled: VecDeque<usize> =
            (0..self.places.len()).filter(|&place| unknown_publishers[place] == 0).collect();
        let mut known: VecDeque<Ix> = (0..n).filter(|&ix| unknown_inputs[ix] == 0).collect();
        loop {
            while let Some(place) = settled.pop_front() {
                for &taker in &self.places[place].takers {
                    unknown_inputs[taker] -= 1;
                    if unknown_inputs[taker] == 0 {
                        known.push_back(taker);
                    }
                }
            }
            let Some(ix) = known.pop_front() else { return };
            let rate = self.published(ix, &inputs_of[ix]);
            for &place in &outputs_of[ix] {
                if self.places[place].unfiltered.binary_search(&ix).is_ok() {
                    self.arriving[place] += rate;
                }
                unknown_publishers[place] -= 1;
                if unknown_publishers[place] == 0 {
                    settled.push_back(place);
                }
            }
        }
    }

    /// Events per second that a node publishes. Nothing is known of recorded logs.
    fn published(&self, ix: Ix, inputs: &[usize]) -> f64 {
        match self.graph.kind(ix) {
            // A closed loop brings no more than is taken from it.
            NodeKind::Producer(producer) if producer.closed_loop => 0.0,
            NodeKind::Producer(producer) => {
                producer.arrivals.mean_rate_per_s().unwrap_or(0.0) * producer.batch.mean()
            }
            NodeKind::Consumer(consumer) => self.passed_on(consumer, inputs),
            _ => 0.0,
        }
    }

    /// What a consumer passes on, as much as its servers manage.
    /// Of a queue it gets the share that it has in the consumers' capacity.
    fn passed_on(&self, consumer: &Consumer, inputs: &[usize]) -> f64 {
        let (mut busy, mut done) = (0.0, 0.0);
        for &input in inputs {
            let (place, all) = (&self.places[input], self.able[input]);
            let mine = capacity(consumer, &place.rules);
            let share = if all.is_finite() && all > 0.0 {
                mine / all
            } else {
                1.0 / place.takers.len() as f64
            };
            let rate = self.arriving[input] * share;
            // Without the guard 0/0 where a consumer can finish nothing.
            if rate > 0.0 {
                busy += rate / mine;
                done += rate * passed_on(consumer, &work(consumer, &place.rules));
            }
        }
        if done > 0.0 && busy > 1.0 { done / busy } else { done }
    }

    /// Consumers for which the places that nobody else empties are too much already.
    fn warn_consumers(&self, found: &mut Found) {
        let mut load = vec![(0.0, 0.0); self.graph.nodes.len()];
        for (number, place) in self.places.iter().enumerate() {
            let rate = self.arriving[number];
            if let ([taker], true) = (&place.takers[..], rate > 0.0) {
                let (events, busy): &mut (f64, f64) = &mut load[*taker];
                *events += rate;
                *busy += rate / self.able[number];
            }
        }
        for (ix, &(events, rho)) in load.iter().enumerate() {
            self.warn(ix, rho, events, found);
        }
    }

    /// Queues that bring more than their competing consumers can do together.
    fn warn_queues(&self, found: &mut Found) {
        for (number, place) in self.places.iter().enumerate() {
            if place.takers.len() > 1 {
                let rate = self.arriving[number];
                self.warn(place.channel, rate / self.able[number], rate, found);
            }
        }
    }

    fn warn(&self, ix: Ix, rho: f64, events: f64, found: &mut Found) {
        if rho >= 1.0 {
            let id = self.graph.nodes[ix].0;
            found.node(Severity::Warning, "overloaded", id, None, overload(rho, events));
        }
    }
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
