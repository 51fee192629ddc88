//! Bare, hand-written event loops of the same systems that the world runs: what a simulation costs
//! at the least. They keep the mean number in the system and the mean sojourn, as anyone's first
//! program would, write no facts, and know one topology each.

use std::collections::VecDeque;

/// A 4-ary heap of `(time, what)`; ties by the order of pushing.
#[derive(Default)]
struct Heap {
    entries: Vec<(f64, u64, u32)>,
    pushed: u64,
}

impl Heap {
    fn push(&mut self, time: f64, what: u32) {
        self.entries.push((time, self.pushed, what));
        self.pushed += 1;
        let mut hole = self.entries.len() - 1;
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if !less(self.entries[hole], self.entries[parent]) {
                break;
            }
            self.entries.swap(hole, parent);
            hole = parent;
        }
    }

    fn pop(&mut self) -> Option<(f64, u32)> {
        if self.entries.is_empty() {
            return None;
        }
        let (time, _, what) = self.entries.swap_remove(0);
        let len = self.entries.len();
        let mut hole = 0;
        loop {
            let first = hole * 4 + 1;
            if first >= len {
                break;
            }
            let mut least = first;
            for child in first + 1..(first + 4).min(len) {
                if less(self.entries[child], self.entries[least]) {
                    least = child;
                }
            }
            if !less(self.entries[least], self.entries[hole]) {
                break;
            }
            self.entries.swap(hole, least);
            hole = least;
        }
        Some((time, what))
    }
}

fn less(a: (f64, u64, u32), b: (f64, u64, u32)) -> bool {
    a.0 < b.0 || a.0 == b.0 && a.1 < b.1
}

/// xorshift64*, and exponential variates by inversion.
struct Random(u64);

impl Random {
    fn exponential(&mut self, mean: f64) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d);
        -libm::log(((bits >> 11) + 1) as f64 * (1.0 / (1u64 << 53) as f64)) * mean
    }
}

/// A station with servers of exponential service, first in, first out.
struct Station {
    queue: VecDeque<f64>,
    busy: Vec<f64>,
    servers: usize,
    area: f64,
    changed: f64,
    sojourn: f64,
    done: u64,
}

impl Station {
    fn new(servers: usize) -> Self {
        Self {
            queue: VecDeque::new(),
            busy: Vec::new(),
            servers,
            area: 0.0,
            changed: 0.0,
            sojourn: 0.0,
            done: 0,
        }
    }

    fn change(&mut self, now: f64) {
        self.area += (self.queue.len() + self.busy.len()) as f64 * (now - self.changed);
        self.changed = now;
    }

    /// True where a service begins.
    fn arrive(&mut self, now: f64) -> bool {
        self.change(now);
        if self.busy.len() < self.servers {
            self.busy.push(now);
            return true;
        }
        self.queue.push_back(now);
        false
    }

    /// True where the next service begins.
    fn depart(&mut self, now: f64) -> bool {
        self.change(now);
        // Which of the busy ones it was makes no difference to the means of memoryless services.
        if let Some(since) = self.busy.pop() {
            self.sojourn += now - since;
        }
        self.done += 1;
        if let Some(since) = self.queue.pop_front() {
            self.busy.push(since);
            return true;
        }
        false
    }
}

/// M/M/1 with these rates until `customers` have been served; the mean number in the system.
pub(crate) fn mm1(rate: f64, mean: f64, customers: u64) -> f64 {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut heap = Heap::default();
    let mut station = Station::new(1);
    heap.push(random.exponential(1.0 / rate), 0);
    let mut now = 0.0;
    while station.done < customers {
        let Some((time, what)) = heap.pop() else { break };
        now = time;
        let starts = if what == 0 {
            heap.push(now + random.exponential(1.0 / rate), 0);
            station.arrive(now)
        } else {
            station.depart(now)
        };
        if starts {
            heap.push(now + random.exponential(mean), 1);
        }
    }
    station.area / now
}

/// The ten-node network: two Poisson sources of 0.8/s, five M/M/2 in tandem with mean 1 s, a topic,
/// and two M/M/2 that each get a copy; until `customers` have come in. The mean number in it.
pub(crate) fn ten_nodes(customers: u64) -> f64 {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut heap = Heap::default();
    let mut stations: Vec<Station> = (0..7).map(|_| Station::new(2)).collect();
    const SOURCE: u32 = 100;
    heap.push(random.exponential(1.0 / 0.8), SOURCE);
    heap.push(random.exponential(1.0 / 0.8), SOURCE);
    let (mut now, mut came) = (0.0, 0);
    let enter =
        |stations: &mut [Station], heap: &mut Heap, random: &mut Random, to: usize, now: f64| {
            if stations[to].arrive(now) {
                heap.push(now + random.exponential(1.0), to as u32);
            }
        };
    while came < customers {
        let Some((time, what)) = heap.pop() else { break };
        now = time;
        if what == SOURCE {
            came += 1;
            heap.push(now + random.exponential(1.0 / 0.8), SOURCE);
            enter(&mut stations, &mut heap, &mut random, 0, now);
            continue;
        }
        let at = what as usize;
        if stations[at].depart(now) {
            heap.push(now + random.exponential(1.0), what);
        }
        match at {
            0..4 => enter(&mut stations, &mut heap, &mut random, at + 1, now),
            4 => {
                enter(&mut stations, &mut heap, &mut random, 5, now);
                enter(&mut stations, &mut heap, &mut random, 6, now);
            }
            _ => {}
        }
    }
    stations.iter().map(|station| station.area).sum::<f64>() / now
}
