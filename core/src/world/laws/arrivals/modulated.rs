//! A rate that is that of the state in which a chain is.

use serde::{Deserialize, Serialize};

use super::{Asked, Due, per_ns};
use crate::project::{ModulatedState, Stay};
use crate::time::{SimSpan, SimTime};
use crate::world::draw::{self, Purpose};
use crate::world::laws::{choose, shares};

/// How many changes of state one question looks at: where events are rare among them, the run goes
/// on from one question to the next and can be stopped meanwhile.
const CHANGES_AT_ONCE: u32 = 1_000;

/// A state of the chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct State {
    /// Events per nanosecond.
    rate: f64,
    /// How long it lasts, in nanoseconds on average.
    mean_ns: f64,
    /// The upper ends of the shares of the states that may come next, with their numbers.
    next: Vec<(u64, u32)>,
    /// Whether an event may come in this state or in one behind it.
    is_alive: bool,
}

/// A Markov-modulated Poisson process (Fischer, Meier-Hellstern: The Markov-modulated Poisson process
/// (MMPP) cookbook, 1993), or one whose states last always the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::world) struct Modulated {
    states: Vec<State>,
    stay: Stay,
    /// The number of the state it is in.
    state: u32,
    /// When that state ends.
    until: SimTime,
    /// How many states it has entered.
    entered: u64,
    /// What an earlier question left of the clock of the pending arrival.
    left: Option<f64>,
}

impl Modulated {
    pub(super) fn new(states: &[ModulatedState], now: SimTime) -> Self {
        let made = (0..states.len()).map(|number| state(states, number)).collect();
        Self::begin(made, Stay::Exponential, now)
    }

    pub(super) fn on_off(rate_per_s: f64, on_s: f64, off_s: f64, stay: Stay, now: SimTime) -> Self {
        let states = [(rate_per_s, on_s), (0.0, off_s)]
            .map(|(rate_per_s, mean_s)| ModulatedState { rate_per_s, mean_s, next: Vec::new() });
        Self { stay, ..Self::new(&states, now) }
    }

    fn begin(mut states: Vec<State>, stay: Stay, now: SimTime) -> Self {
        mark_alive(&mut states);
        Self { states, stay, state: 0, until: now, entered: 0, left: None }
    }

    /// When the integral of the rate from `now` on reaches the clock of the arrival.
    pub(super) fn next(&mut self, asked: Asked, now: SimTime) -> Option<Due> {
        let mut left = self.left.take().unwrap_or_else(|| asked.clock());
        let mut from = now;
        for _ in 0..CHANGES_AT_ONCE {
            if self.entered == 0 || from >= self.until {
                self.enter_next(asked);
                continue;
            }
            let state = self.states.get(self.state as usize)?;
            if !state.is_alive {
                return None;
            }
            let stays = self.until.since(from);
            let integral = state.rate * stays.0 as f64;
            if left < integral {
                let span = draw::rounded(left / state.rate);
                return Some(Due::Event(from + span.min(stays)));
            }
            left -= integral;
            from = self.until;
        }
        self.left = Some(left);
        Some(Due::NotBefore(from.max(self.until)))
    }

    /// The stay in a state begins when the one before ends, whenever that is asked for.
    fn enter_next(&mut self, asked: Asked) {
        if self.entered > 0
            && let Some(state) = self.states.get(self.state as usize)
        {
            let chosen = choose(&state.next, asked.bits(self.entered, Purpose::State));
            self.state = state.next.get(chosen).map_or(self.state, |next| next.1);
        }
        let mean_ns = self.states.get(self.state as usize).map_or(0.0, |state| state.mean_ns);
        let stay = match self.stay {
            Stay::Constant => draw::rounded(mean_ns),
            Stay::Exponential => {
                draw::exponential(asked.bits(self.entered, Purpose::Stay), mean_ns)
            }
        };
        // Time goes by in each state, lest the chain never get beyond an instant.
        self.until += stay.max(SimSpan(1));
        self.entered += 1;
    }
}

fn state(states: &[ModulatedState], number: usize) -> State {
    let state = &states[number];
    let next = if state.next.is_empty() {
        let alike = |other| f64::from(u8::from(other != number || states.len() == 1));
        shares((0..states.len()).map(alike))
    } else {
        shares(state.next.iter().copied().take(states.len()))
    };
    State { rate: per_ns(state.rate_per_s), mean_ns: state.mean_s * 1e9, next, is_alive: false }
}

/// Marks the states from which one with a rate can be reached.
fn mark_alive(states: &mut [State]) {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); states.len()];
    for (number, state) in states.iter().enumerate() {
        state.next.iter().for_each(|(_, next)| before[*next as usize].push(number));
    }
    let mut work: Vec<usize> =
        (0..states.len()).filter(|&number| states[number].rate > 0.0).collect();
    while let Some(number) = work.pop() {
        if !std::mem::replace(&mut states[number].is_alive, true) {
            work.extend(&before[number]);
        }
    }
}
