//! The ready events of a place, in classes of priority: the highest class first, and within a class
//! in the order of acceptance.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::place::WaitingCopy;
use crate::time::SimTime;

/// Ready events. Without classes of priority there is one line, the lowest.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Ready {
    lowest: VecDeque<WaitingCopy>,
    /// The classes above the lowest, from low to high.
    upper: Vec<VecDeque<WaitingCopy>>,
    in_upper: usize,
}

impl Ready {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.lowest.len() + self.in_upper
    }

    #[inline]
    fn line(&mut self, priority: u8) -> &mut VecDeque<WaitingCopy> {
        match usize::from(priority).min(self.upper.len()) {
            0 => &mut self.lowest,
            class => {
                self.in_upper += 1;
                &mut self.upper[class - 1]
            }
        }
    }

    /// Adds a newly accepted event at the end of its class.
    #[inline]
    pub(super) fn push(&mut self, copy: WaitingCopy, priority: u8) {
        self.line(priority).push_back(copy);
    }

    /// Puts an event back at its original position within its class.
    pub(super) fn put_back(&mut self, copy: WaitingCopy, priority: u8) {
        let line = self.line(priority);
        let at = line.partition_point(|other| other.position < copy.position);
        line.insert(at, copy);
    }

    /// Takes the first of the highest class that has any.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<WaitingCopy> {
        if self.in_upper > 0 {
            let line = self.upper.iter_mut().rev().find(|line| !line.is_empty())?;
            self.in_upper -= 1;
            return line.pop_front();
        }
        self.lowest.pop_front()
    }

    /// When the one that has waited longest was accepted.
    #[inline]
    pub(super) fn oldest(&self) -> Option<SimTime> {
        self.lines().filter_map(VecDeque::front).map(|copy| copy.accepted).min()
    }

    /// Takes the one that was accepted first, whatever its class.
    pub(super) fn pop_oldest(&mut self) -> Option<WaitingCopy> {
        let oldest = self.lines().filter_map(VecDeque::front).map(|copy| copy.position).min()?;
        let is_oldest = |line: &&mut VecDeque<WaitingCopy>| {
            line.front().is_some_and(|copy| copy.position == oldest)
        };
        if let Some(line) = self.upper.iter_mut().find(|line| is_oldest(line)) {
            self.in_upper -= 1;
            return line.pop_front();
        }
        self.lowest.pop_front()
    }

    /// All in the order in which they would be delivered.
    pub(super) fn iter(&self) -> impl Iterator<Item = &WaitingCopy> {
        self.upper.iter().rev().flatten().chain(&self.lowest)
    }

    /// Changes the number of classes; each event goes to the class of its priority.
    pub(super) fn set_classes(&mut self, classes: u8, priority: impl Fn(&WaitingCopy) -> u8) {
        let upper = usize::from(classes.max(1)) - 1;
        if upper == self.upper.len() {
            return;
        }
        let mut all: Vec<WaitingCopy> = self.iter().copied().collect();
        all.sort_by_key(|copy| copy.position);
        self.lowest.clear();
        self.upper = vec![VecDeque::new(); upper];
        self.in_upper = 0;
        for copy in all {
            self.push(copy, priority(&copy));
        }
    }

    fn lines(&self) -> impl Iterator<Item = &VecDeque<WaitingCopy>> {
        std::iter::once(&self.lowest).chain(&self.upper)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bus::EventSlot;
    use crate::time::SimSpan;

    fn copy(position: u64) -> WaitingCopy {
        WaitingCopy {
            event: EventSlot(position as u32),
            deliveries: 0,
            accepted: SimTime(position),
            position,
            served: SimSpan::ZERO,
        }
    }

    proptest! {
        /// Against a list that is sorted anew for each question.
        #[test]
        fn the_highest_class_comes_first_and_within_it_the_first_accepted(
            classes in 1u8..5,
            steps in proptest::collection::vec((0u8..6, 0u8..5), 1..120),
        ) {
            let mut ready = Ready::default();
            ready.set_classes(classes, |_| 0);
            let mut model: Vec<(u8, u64)> = Vec::new();
            let mut taken: Vec<(u8, u64)> = Vec::new();
            for (number, (priority, step)) in steps.into_iter().enumerate() {
                let number = number as u64;
                let class = priority.min(classes - 1);
                match step {
                    0 | 1 => {
                        ready.push(copy(number), priority);
                        model.push((class, number));
                    }
                    2 => {
                        let first = model.iter().copied()
                            .min_by_key(|(class, number)| (std::cmp::Reverse(*class), *number));
                        prop_assert_eq!(ready.pop().map(|copy| copy.position), first.map(|f| f.1));
                        model.retain(|entry| Some(*entry) != first);
                        taken.extend(first);
                    }
                    3 => {
                        let first = model.iter().copied().min_by_key(|(_, number)| *number);
                        prop_assert_eq!(ready.oldest().map(|time| time.0), first.map(|f| f.1));
                        let popped = ready.pop_oldest().map(|copy| copy.position);
                        prop_assert_eq!(popped, first.map(|f| f.1));
                        model.retain(|entry| Some(*entry) != first);
                    }
                    _ => {
                        if let Some((class, number)) = taken.pop() {
                            ready.put_back(copy(number), class);
                            model.push((class, number));
                        }
                    }
                }
                prop_assert_eq!(ready.len(), model.len());
            }
            model.sort_by_key(|(class, number)| (std::cmp::Reverse(*class), *number));
            let order: Vec<u64> = ready.iter().map(|copy| copy.position).collect();
            prop_assert_eq!(order, model.iter().map(|entry| entry.1).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_change_of_the_classes_keeps_all_and_sorts_them_anew() {
        let mut ready = Ready::default();
        for number in 0..6 {
            ready.push(copy(number), 0);
        }
        ready.set_classes(2, |copy| u8::from(copy.position >= 3));
        let order = |ready: &Ready| ready.iter().map(|copy| copy.position).collect::<Vec<_>>();
        assert_eq!(order(&ready), [3, 4, 5, 0, 1, 2]);
        ready.set_classes(1, |_| 9);
        assert_eq!(order(&ready), [0, 1, 2, 3, 4, 5]);
    }
}
