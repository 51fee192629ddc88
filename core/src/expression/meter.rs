//! What an evaluation carries along: its draws, and how much it may still cost.
//!
//! The functions of an expression are plain functions, so they find it in a cell of the thread; an
//! evaluation sets it, and puts back what was there.

use std::cell::Cell;

use cel::ExecutionError;
use cel::common::types::{CelString, Kind};
use cel::common::value::Val;

use crate::mix::{STEP, mix};

/// How many elements the loops of one evaluation may go through. 16 bytes of a text count as one.
pub(super) const BUDGET: u32 = 20_000;

/// Draws of expressions are independent of all other draws with the same key.
const SALT: u64 = 0x6a09_e667_f3bc_c909;

#[derive(Clone, Copy)]
struct State {
    stream: u64,
    draws: u64,
    left: u32,
}

thread_local! {
    static STATE: Cell<State> = const { Cell::new(State { stream: 0, draws: 0, left: 0 }) };
}

/// Puts the state back, also when an evaluation unwinds.
struct Restore(State);

impl Drop for Restore {
    fn drop(&mut self) {
        STATE.set(self.0);
    }
}

/// Runs an evaluation whose draws come from this key.
pub(super) fn evaluate<T>(draw: u64, run: impl FnOnce() -> T) -> T {
    let state = State { stream: mix(draw ^ SALT), draws: 0, left: BUDGET };
    let _restore = Restore(STATE.replace(state));
    run()
}

/// 64 random bits: a function of the evaluation's key and of how many draws it has made.
pub(super) fn bits() -> u64 {
    let mut state = STATE.get();
    state.draws += 1;
    STATE.set(state);
    mix(state.stream.wrapping_add(state.draws.wrapping_mul(STEP)))
}

/// That [`charge`] refused. CEL's errors are texts; this one is told from the others by its name.
pub(super) const TOO_COSTLY: &str = "@too_costly";

/// Takes the size of a value, with all that is in it, from what the evaluation may cost.
pub(super) fn charge(value: &dyn Val) -> Result<(), ExecutionError> {
    let mut state = STATE.get();
    let enough = take(value, &mut state.left);
    STATE.set(state);
    if enough { Ok(()) } else { Err(too_costly()) }
}

/// Refuses where nothing is left.
pub(super) fn left() -> Result<(), ExecutionError> {
    if STATE.get().left > 0 { Ok(()) } else { Err(too_costly()) }
}

fn too_costly() -> ExecutionError {
    ExecutionError::function_error(TOO_COSTLY, "")
}

fn take(value: &dyn Val, left: &mut u32) -> bool {
    let own = match value.downcast_ref::<CelString<'_>>() {
        Some(text) => 1 + text.inner().len() / 16,
        None => 1,
    };
    let Some(rest) = u32::try_from(own).ok().and_then(|own| left.checked_sub(own)) else {
        *left = 0;
        return false;
    };
    *left = rest;
    let Some(items) = value.as_iterable() else { return true };
    let mut items = items.iter();
    let map = (value.get_type().kind() == Kind::Map).then(|| value.as_indexer()).flatten();
    while let Some(item) = items.next() {
        let inner = map.and_then(|map| map.get(item).ok());
        if !take(item, left) || inner.is_some_and(|inner| !take(inner.as_ref(), left)) {
            return false;
        }
    }
    true
}
