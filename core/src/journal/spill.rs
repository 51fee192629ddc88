//! The inputs of a run, however many there are: the newest in memory, the older ones in a temporary
//! file without a name, which is gone with the run.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::{Arc, Mutex};

use super::layout::InputLine;
use crate::time::SimTime;
use crate::world::Input;

/// So many inputs go to the disk at once.
const BLOCK: usize = 4_096;
/// So many stay in memory.
const IN_MEMORY: usize = 16 * BLOCK;

/// The inputs of a run in order.
#[derive(Clone, Debug)]
pub(super) struct Inputs {
    /// Where in the file each block of older ones lies, and how long it is.
    blocks: Vec<(u64, usize)>,
    file: Option<Arc<Mutex<File>>>,
    newest: Vec<(SimTime, Input)>,
    in_memory: usize,
    /// Why nothing more goes to the disk: then all stays in memory.
    broken: bool,
}

impl Default for Inputs {
    fn default() -> Self {
        Self {
            blocks: Vec::new(),
            file: None,
            newest: Vec::new(),
            in_memory: IN_MEMORY,
            broken: false,
        }
    }
}

impl Inputs {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.blocks.len() * BLOCK + self.newest.len()
    }

    pub(super) fn push(&mut self, time: SimTime, input: Input) {
        self.newest.push((time, input));
        if self.newest.len() > self.in_memory
            && !self.broken
            && let Err(error) = self.spill()
        {
            tracing::warn!("the inputs of the run stay in memory: {error}");
            self.broken = true;
        }
    }

    fn spill(&mut self) -> io::Result<()> {
        let file = match &self.file {
            Some(file) => Arc::clone(file),
            None => Arc::clone(self.file.insert(Arc::new(Mutex::new(tempfile::tempfile()?)))),
        };
        let mut bytes = Vec::new();
        for (time, input) in &self.newest[..BLOCK] {
            let line = InputLine { time_ns: time.0, input: input.clone() };
            serde_json::to_writer(&mut bytes, &line)?;
            bytes.push(b'\n');
        }
        let mut file = file.lock().map_err(|_| io::Error::other("a thread gave it up"))?;
        let offset = file.seek(SeekFrom::End(0))?;
        file.write_all(&bytes)?;
        self.blocks.push((offset, bytes.len()));
        self.newest.drain(..BLOCK);
        Ok(())
    }

    /// Gives the inputs from the `first`-th on, as long as `take` says.
    ///
    /// # Errors
    /// Where the older ones cannot be read back.
    pub(super) fn each(
        &self,
        first: usize,
        mut take: impl FnMut(SimTime, &Input) -> bool,
    ) -> io::Result<()> {
        for number in first / BLOCK..self.blocks.len() {
            let skipped = first.saturating_sub(number * BLOCK);
            for line in self.block(number)?.iter().skip(skipped) {
                if !take(SimTime(line.time_ns), &line.input) {
                    return Ok(());
                }
            }
        }
        let skipped = first.saturating_sub(self.blocks.len() * BLOCK);
        let newest = self.newest.iter().skip(skipped);
        newest.take_while(|(time, input)| take(*time, input)).for_each(drop);
        Ok(())
    }

    fn block(&self, number: usize) -> io::Result<Vec<InputLine>> {
        let (offset, length) = self.blocks[number];
        let Some(file) = &self.file else { return Ok(Vec::new()) };
        let mut bytes = vec![0; length];
        let mut file = file.lock().map_err(|_| io::Error::other("a thread gave it up"))?;
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(&mut bytes)?;
        let lines = serde_json::Deserializer::from_slice(&bytes).into_iter::<InputLine>();
        lines.map(|line| line.map_err(io::Error::from)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Given;

    fn input(number: usize) -> (SimTime, Input) {
        let event = Given { key: Some(format!("{number}").into()), ..Given::default() };
        (SimTime(number as u64), Input::Publish { node: "q".into(), event })
    }

    #[test]
    fn inputs_on_the_disk_and_in_memory_are_one_list() {
        let mut inputs = Inputs { in_memory: BLOCK + 10, ..Inputs::default() };
        let count = 3 * BLOCK + 100;
        for number in 0..count {
            let (time, input) = input(number);
            inputs.push(time, input);
        }
        assert_eq!((inputs.len(), inputs.blocks.len()), (count, 3));
        assert!(inputs.newest.len() <= BLOCK + 100, "older ones leave the memory");
        for first in [0, 1, BLOCK - 1, BLOCK, 2 * BLOCK + 5, count - 1, count] {
            let mut number = first;
            let read = inputs.each(first, |time, read| {
                assert_eq!((time, read.clone()), input(number));
                number += 1;
                true
            });
            assert!(read.is_ok() && number == count, "from {first}: {number}");
        }
        let mut taken = 0;
        let read = inputs.each(5, |time, _| {
            taken += 1;
            time < SimTime(9)
        });
        assert!(read.is_ok() && taken == 5);
    }
}
