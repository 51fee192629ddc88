//! What the window has to say: messages with what to do. News go by themselves, errors stay until
//! they are closed, and all of them are kept in a list.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long news stay in view.
const NEWS_SHOWN: Duration = Duration::from_secs(6);

/// How many messages the list keeps.
const KEPT: usize = 200;

/// How bad a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Good to know.
    Info,
    /// Something is not as meant.
    Warning,
    /// Something asked for could not be done.
    Error,
}

/// A message.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Its number; never used again.
    pub id: u64,
    /// How bad it is.
    pub level: Level,
    /// What happened, what remains, what to do.
    pub text: String,
    at: Instant,
    closed: bool,
}

/// All messages of this window.
#[derive(Debug, Default)]
pub struct Notices {
    all: VecDeque<Notice>,
    next_id: u64,
}

impl Notices {
    /// Says something. What is in view already is not said twice.
    pub fn add(&mut self, level: Level, text: impl Into<String>, now: Instant) {
        let text = text.into();
        let same = |notice: &&mut Notice| notice.text == text && is_shown(notice, now);
        if let Some(notice) = self.all.iter_mut().rev().find(same) {
            notice.at = now;
            return;
        }
        self.all.push_back(Notice { id: self.next_id, level, text, at: now, closed: false });
        self.next_id += 1;
        if self.all.len() > KEPT {
            self.all.pop_front();
        }
    }

    /// Closes the message with this number; it stays in the list.
    pub fn dismiss(&mut self, id: u64) {
        if let Some(notice) = self.all.iter_mut().find(|notice| notice.id == id) {
            notice.closed = true;
        }
    }

    /// Closes every message with this text: what it says is no longer so.
    pub fn withdraw(&mut self, text: &str) {
        for notice in self.all.iter_mut().filter(|notice| notice.text == text) {
            notice.closed = true;
        }
    }

    /// The messages in view, oldest first.
    pub fn shown(&self, now: Instant) -> impl Iterator<Item = &Notice> {
        self.all.iter().filter(move |notice| is_shown(notice, now))
    }

    /// Every message that is kept, newest first.
    pub fn all(&self) -> impl ExactSizeIterator<Item = &Notice> {
        self.all.iter().rev()
    }

    /// When the next message leaves the view by itself; none if none does.
    pub fn next_change(&self, now: Instant) -> Option<Duration> {
        let news = self.shown(now).filter(|notice| notice.level == Level::Info);
        news.map(|notice| (notice.at + NEWS_SHOWN).saturating_duration_since(now)).min()
    }
}

fn is_shown(notice: &Notice, now: Instant) -> bool {
    !notice.closed && (notice.level != Level::Info || now < notice.at + NEWS_SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_stay_until_closed_and_news_go() {
        let start = Instant::now();
        let mut notices = Notices::default();
        notices.add(Level::Info, "saved", start);
        notices.add(Level::Error, "not saved", start);
        assert_eq!(notices.shown(start).count(), 2);
        assert_eq!(notices.next_change(start), Some(NEWS_SHOWN));
        let later = start + Duration::from_secs(3_600);
        let left: Vec<u64> = notices.shown(later).map(|notice| notice.id).collect();
        assert_eq!(left, [1]);
        assert_eq!(notices.next_change(later), None);
        notices.dismiss(1);
        assert_eq!(notices.shown(later).count(), 0);
        assert_eq!(notices.all().len(), 2, "the list keeps them");
    }

    #[test]
    fn what_is_in_view_is_not_said_twice() {
        let start = Instant::now();
        let mut notices = Notices::default();
        for _ in 0..3 {
            notices.add(Level::Warning, "the drawing is of then", start);
        }
        assert_eq!(notices.all().len(), 1);
        notices.dismiss(0);
        notices.add(Level::Warning, "the drawing is of then", start);
        assert_eq!(notices.all().len(), 2);
        notices.withdraw("the drawing is of then");
        assert_eq!(notices.shown(start).count(), 0);
    }

    #[test]
    fn the_list_is_bounded() {
        let start = Instant::now();
        let mut notices = Notices::default();
        for number in 0..1_000 {
            notices.add(Level::Error, number.to_string(), start);
        }
        assert_eq!(notices.all().len(), KEPT);
    }
}
