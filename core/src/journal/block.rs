//! A block of facts in columns: how facts lie on the disk.
//!
//! ```text
//! version 1 byte │ facts │ dictionary │ codes │ times │ events │ spans      (numbers as varints)
//! ```
//!
//! Most facts of a run say one of few things (kind, reason, attempt, type, at and peer): the
//! dictionary holds each such word once, with what of time, event and span the fact repeats or
//! leaves 0. A fact is the number of its entry, and in the columns what the entry does not say. A
//! block stands for itself: no other is needed to read it.

use crate::fact::{Fact, UnknownFact};

/// How many facts a block holds at the most.
pub const FACTS_PER_BLOCK: usize = 4_096;

const VERSION: u8 = 1;
/// The time is that of the fact before.
const SAME_TIME: u64 = 1;
/// The event is that of the fact before.
const SAME_EVENT: u64 = 2;
/// The span is 0.
const NO_SPAN: u64 = 4;
/// A slot of the packer's table of words that is free.
const FREE: u16 = u16::MAX;
const SLOTS: usize = 2 * FACTS_PER_BLOCK;

/// Why bytes are no block of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// They are in a form that this version does not know.
    #[error("facts in form {version}, which this version does not know")]
    Version {
        /// Its number.
        version: u8,
    },
    /// They end too early, or go on after their end.
    #[error("a block of facts of the wrong length")]
    Length,
    /// A number in them cannot be.
    #[error("a block of facts with an impossible {what}")]
    Impossible {
        /// What it says.
        what: &'static str,
    },
    /// A word in them is no fact of this version.
    #[error("{0}")]
    Unknown(#[from] UnknownFact),
}

/// Packs blocks; keeps its tables from one to the next.
#[derive(Debug)]
pub struct Packer {
    /// Where an entry may be found by the hash of its word.
    slots: Box<[u16; SLOTS]>,
    dictionary: Vec<(u64, u64)>,
    codes: Vec<u16>,
    times: Vec<u8>,
    events: Vec<u8>,
    spans: Vec<u8>,
}

impl Default for Packer {
    fn default() -> Self {
        Self {
            slots: Box::new([FREE; SLOTS]),
            dictionary: Vec::new(),
            codes: Vec::new(),
            times: Vec::new(),
            events: Vec::new(),
            spans: Vec::new(),
        }
    }
}

impl Packer {
    /// Appends the block of these facts to `out`. They are at most [`FACTS_PER_BLOCK`], in the order
    /// of their times.
    pub fn pack(&mut self, facts: &[Fact], out: &mut Vec<u8>) {
        debug_assert!(facts.len() <= FACTS_PER_BLOCK);
        self.clear();
        let (mut time, mut event) = (0u64, 0u64);
        for fact in facts {
            let [now, id, span, word] = fact.words();
            let mut flags = 0;
            if now == time {
                flags |= SAME_TIME;
            } else {
                put_varint(&mut self.times, now.wrapping_sub(time));
                time = now;
            }
            if id == event {
                flags |= SAME_EVENT;
            } else {
                put_varint(&mut self.events, zigzag(id.wrapping_sub(event)));
                event = id;
            }
            if span == 0 {
                flags |= NO_SPAN;
            } else {
                // «None» is the largest number; it comes often and becomes the smallest.
                put_varint(&mut self.spans, span.wrapping_add(1));
            }
            let code = self.code(word, flags);
            self.codes.push(code);
        }
        out.push(VERSION);
        put_varint(out, facts.len() as u64);
        put_varint(out, self.dictionary.len() as u64);
        for (word, flags) in &self.dictionary {
            put_varint(out, *flags);
            put_varint(out, *word);
        }
        for code in &self.codes {
            put_varint(out, u64::from(*code));
        }
        out.extend_from_slice(&self.times);
        out.extend_from_slice(&self.events);
        out.extend_from_slice(&self.spans);
    }

    fn clear(&mut self) {
        self.slots.fill(FREE);
        self.dictionary.clear();
        self.codes.clear();
        self.times.clear();
        self.events.clear();
        self.spans.clear();
    }

    #[inline]
    fn code(&mut self, word: u64, flags: u64) -> u16 {
        let hash = (word ^ flags << 57).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut slot = (hash >> 51) as usize % SLOTS;
        loop {
            match self.slots[slot] {
                FREE => {
                    let code = self.dictionary.len() as u16;
                    self.slots[slot] = code;
                    self.dictionary.push((word, flags));
                    return code;
                }
                code if self.dictionary[usize::from(code)] == (word, flags) => return code,
                _ => slot = (slot + 1) % SLOTS,
            }
        }
    }
}

/// How many facts a block says that it holds.
///
/// # Errors
/// Where the bytes do not begin as a block does.
pub fn count(bytes: &[u8]) -> Result<usize, BlockError> {
    let (&version, mut rest) = bytes.split_first().ok_or(BlockError::Length)?;
    if version != VERSION {
        return Err(BlockError::Version { version });
    }
    small(&mut rest, FACTS_PER_BLOCK, "number of facts")
}

/// Appends the facts of a block to `out`.
///
/// # Errors
/// Where the bytes are no block; `out` is then as it was.
pub fn unpack(bytes: &[u8], out: &mut Vec<Fact>) -> Result<(), BlockError> {
    let before = out.len();
    let result = unpack_all(bytes, out);
    if result.is_err() {
        out.truncate(before);
    }
    result
}

fn unpack_all(bytes: &[u8], out: &mut Vec<Fact>) -> Result<(), BlockError> {
    let count = count(bytes)?;
    let mut rest = &bytes[1..];
    get_varint(&mut rest)?;
    let entries = small(&mut rest, count, "number of words")?;
    let mut dictionary = Vec::with_capacity(entries);
    for _ in 0..entries {
        let flags = small(&mut rest, 7, "mark")? as u64;
        dictionary.push((get_varint(&mut rest)?, flags));
    }
    let mut codes = Vec::with_capacity(count);
    for _ in 0..count {
        let code = get_varint(&mut rest)? as usize;
        codes.push(*dictionary.get(code).ok_or(BlockError::Impossible { what: "word" })?);
    }
    let missing = |flag: u64| codes.iter().filter(|(_, flags)| flags & flag == 0).count();
    // The columns lie one behind the other: each is as long as its facts make it.
    let mut times = rest;
    let mut events = skip(times, missing(SAME_TIME))?;
    let mut spans = skip(events, missing(SAME_EVENT))?;
    let (mut time, mut event) = (0u64, 0u64);
    out.reserve(count);
    for (word, flags) in codes.iter().copied() {
        if flags & SAME_TIME == 0 {
            let step = get_varint(&mut times)?;
            time = time.checked_add(step).ok_or(BlockError::Impossible { what: "time" })?;
        }
        if flags & SAME_EVENT == 0 {
            event = event.wrapping_add(unzigzag(get_varint(&mut events)?));
        }
        let span = if flags & NO_SPAN == 0 { get_varint(&mut spans)?.wrapping_sub(1) } else { 0 };
        out.push(Fact::from_words([time, event, span, word])?);
    }
    if spans.is_empty() { Ok(()) } else { Err(BlockError::Length) }
}

/// What lies behind so many numbers.
fn skip(mut bytes: &[u8], numbers: usize) -> Result<&[u8], BlockError> {
    for _ in 0..numbers {
        get_varint(&mut bytes)?;
    }
    Ok(bytes)
}

fn small(bytes: &mut &[u8], limit: usize, what: &'static str) -> Result<usize, BlockError> {
    let number = get_varint(bytes)?;
    if number > limit as u64 {
        return Err(BlockError::Impossible { what });
    }
    Ok(number as usize)
}

#[inline]
fn zigzag(number: u64) -> u64 {
    let number = number as i64;
    ((number << 1) ^ (number >> 63)) as u64
}

#[inline]
fn unzigzag(number: u64) -> u64 {
    (number >> 1) ^ (number & 1).wrapping_neg()
}

/// Appends a number, seven bits a byte, the lowest first.
#[inline]
fn put_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[inline]
fn get_varint(bytes: &mut &[u8]) -> Result<u64, BlockError> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or(BlockError::Length)?;
        *bytes = rest;
        if shift == 63 && byte > 1 {
            break;
        }
        number |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(BlockError::Impossible { what: "number" })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fact::{EventId, FactKind, Reason};

    fn packed(facts: &[Fact]) -> Vec<u8> {
        let mut bytes = Vec::new();
        Packer::default().pack(facts, &mut bytes);
        bytes
    }

    fn fact() -> impl Strategy<Value = (u64, Fact)> {
        let step = prop_oneof![Just(0), 0u64..1_000_000, any::<u32>().prop_map(u64::from)];
        let event = prop_oneof![0u64..50, any::<u64>(), Just(EventId::NONE.0)];
        let span = prop_oneof![Just(0), Just(u64::MAX), any::<u64>()];
        let word = (0..FactKind::ALL.len() as u64, 0..Reason::ALL.len() as u64, any::<u64>())
            .prop_map(|(kind, reason, rest)| {
                kind | reason << 6 | (rest % 5) << 12 | (rest % 3) << 46
            });
        (step, event, span, word).prop_map(|(step, event, span, word)| {
            (step, Fact::from_words([0, event, span, word]).expect("kind and reason are known"))
        })
    }

    fn facts() -> impl Strategy<Value = Vec<Fact>> {
        proptest::collection::vec(fact(), 0..200).prop_map(|facts| {
            let mut time = 0;
            let at = |(step, fact): (u64, Fact)| {
                time += step;
                let [_, event, span, word] = fact.words();
                Fact::from_words([time, event, span, word]).expect("as before")
            };
            facts.into_iter().map(at).collect()
        })
    }

    proptest! {
        #[test]
        fn a_block_gives_back_the_facts_that_went_in(a in facts(), b in facts()) {
            let mut packer = Packer::default();
            for facts in [a, b] {
                let mut bytes = Vec::new();
                packer.pack(&facts, &mut bytes);
                let mut back = Vec::new();
                prop_assert_eq!(unpack(&bytes, &mut back), Ok(()));
                prop_assert_eq!(back, facts);
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut out = Vec::new();
            let first = unpack(&bytes, &mut out);
            prop_assert!(first.is_ok() || out.is_empty());
            // The same behind a sound beginning.
            let mut likely = vec![VERSION];
            likely.extend(bytes);
            let second = unpack(&likely, &mut out);
            prop_assert!(second.is_ok() || out.is_empty());
        }

        #[test]
        fn a_block_cut_off_or_changed_is_no_other_block_of_other_length(
            facts in facts(), cut in any::<prop::sample::Index>(), bit in any::<prop::sample::Index>()
        ) {
            let bytes = packed(&facts);
            let mut out = Vec::new();
            let shorter = &bytes[..cut.index(bytes.len())];
            prop_assert!(unpack(shorter, &mut out).is_err(), "every byte is needed");
            let mut changed = bytes.clone();
            let bit = bit.index(bytes.len() * 8);
            changed[bit / 8] ^= 1 << (bit % 8);
            if unpack(&changed, &mut out).is_ok() {
                prop_assert!(out.len() <= FACTS_PER_BLOCK);
            }
        }
    }

    #[test]
    fn an_unknown_kind_and_an_unknown_form_are_told() {
        let mut out = Vec::new();
        assert_eq!(unpack(&[9, 0, 0], &mut out), Err(BlockError::Version { version: 9 }));
        let mut bytes = vec![VERSION, 1, 1, 7];
        put_varint(&mut bytes, 63);
        bytes.push(0);
        let unknown = UnknownFact::Kind { kind: 63 };
        assert_eq!(unpack(&bytes, &mut out), Err(BlockError::Unknown(unknown)));
        assert!(out.is_empty());
    }

    #[test]
    fn a_full_block_of_different_words_fits() {
        let facts: Vec<Fact> = (0..FACTS_PER_BLOCK as u64)
            .map(|n| Fact::from_words([n * n, n, n, n << 28]).expect("kind 0 and reason 0"))
            .collect();
        let mut back = Vec::new();
        assert_eq!(unpack(&packed(&facts), &mut back), Ok(()));
        assert_eq!(back, facts);
    }
}
