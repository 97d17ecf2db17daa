//! What happened, for those who follow: the newest events from memory, older ones from the database, each once and in
//! order.
//!
//! A follower pulls: it says what it had last and gets what comes next, so it can be as slow as it likes without anybody
//! keeping anything for it, and can go on after a restart of either side.

use super::reads::{Moment, moment_of};
use super::topic::{data_of, topic_of};
use crate::error::Result;
use aicf_core::codec::{cbor, hex};
use aicf_core::engine::Event;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Events of one look at the database.
const PAGE_EVENTS: usize = 256;

/// Where an event stands: the entry, and which of its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The entry's number.
    pub seq: u64,
    /// Which of its events, from 0.
    pub n: u32,
}

impl Position {
    /// As a follower keeps it: opaque to it, and in order as text.
    #[must_use]
    pub fn cursor(self) -> String {
        let mut bytes = self.seq.to_be_bytes().to_vec();
        bytes.extend(self.n.to_be_bytes());
        hex::text(&bytes)
    }

    /// Reads a cursor back.
    #[must_use]
    pub fn of_cursor(text: &str) -> Option<Self> {
        let bytes: [u8; 12] = hex::read(text)?.try_into().ok()?;
        let (seq, n) = bytes.split_at(8);
        Some(Self {
            seq: u64::from_be_bytes(seq.try_into().ok()?),
            n: u32::from_be_bytes(n.try_into().ok()?),
        })
    }

    /// The last place before an entry: who has it gets all of the entry's events. `None` is before everything.
    #[must_use]
    pub fn before_entry(seq: u64) -> Option<Self> {
        Some(Self {
            seq: seq.checked_sub(1)?,
            n: u32::MAX,
        })
    }
}

/// An event as it goes out.
#[derive(Debug)]
pub struct Line {
    /// Where it stands.
    pub position: Position,
    /// Its name.
    pub topic: &'static str,
    /// What it says.
    pub data: Value,
    /// All of it as JSON.
    pub text: String,
}

impl Line {
    /// An event of an entry.
    #[must_use]
    pub fn new(position: Position, height: u64, time_ms: u64, event: &Event) -> Self {
        let (topic, data) = (topic_of(event), data_of(event));
        let text = json!({
            "event": topic,
            "seq": position.seq,
            "cursor": position.cursor(),
            "height": height,
            "time_ms": time_ms,
            "data": data,
        })
        .to_string();
        Self {
            position,
            topic,
            data,
            text,
        }
    }
}

/// The events kept in memory, and where they end.
pub struct Feed {
    kept: Mutex<Kept>,
    kept_max: usize,
    end: watch::Sender<Option<Position>>,
}

struct Kept {
    lines: VecDeque<Arc<Line>>,
    /// The last event that is not kept.
    floor: Option<Position>,
}

/// What comes next for a follower.
pub enum Next {
    /// These.
    Lines(Vec<Arc<Line>>),
    /// Nothing yet.
    Nothing,
    /// It is too far behind: the database has them.
    InDatabase,
}

impl Feed {
    /// A feed that keeps so many, and begins after what the database has.
    #[must_use]
    pub fn new(kept_max: usize, end: Option<Position>) -> Self {
        Self {
            kept: Mutex::new(Kept {
                lines: VecDeque::new(),
                floor: end,
            }),
            kept_max,
            end: watch::Sender::new(end),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what was committed.
    pub fn publish(&self, lines: Vec<Line>) {
        let Some(last) = lines.last().map(|line| line.position) else {
            return;
        };
        {
            let mut kept = self.kept();
            kept.lines.extend(lines.into_iter().map(Arc::new));
            let over = kept.lines.len().saturating_sub(self.kept_max);
            let dropped = kept.lines.drain(..over).next_back();
            if let Some(dropped) = dropped {
                kept.floor = Some(dropped.position);
            }
        }
        self.end.send_replace(Some(last));
    }

    /// The last event there is; changes are told.
    #[must_use]
    pub fn end(&self) -> watch::Receiver<Option<Position>> {
        self.end.subscribe()
    }

    /// Followers that wait now.
    #[must_use]
    pub fn followers(&self) -> usize {
        self.end.receiver_count()
    }

    /// What comes after a place, from memory.
    #[must_use]
    pub fn after(&self, after: Option<Position>, limit: usize) -> Next {
        if *self.end.borrow() <= after {
            return Next::Nothing;
        }
        let kept = self.kept();
        if after < kept.floor {
            return Next::InDatabase;
        }
        let from = kept.lines.partition_point(|line| Some(line.position) <= after);
        Next::Lines(kept.lines.range(from..).take(limit).cloned().collect())
    }
}

/// A page of events from the database.
///
/// # Errors
/// The database's.
pub fn from_database(moment: &Moment<'_>, after: Option<Position>) -> Result<Vec<Arc<Line>>> {
    let rows = moment.events(after.map(|after| (after.seq, after.n)), PAGE_EVENTS)?;
    let mut lines: Vec<Arc<Line>> = Vec::with_capacity(rows.len());
    let mut entry = None;
    for row in rows {
        let (height, time_ms) = match entry {
            Some((seq, height, time_ms)) if seq == row.seq => (height, time_ms),
            _ => {
                let found = moment.journal(row.seq, 1)?;
                let (height, time_ms) = found.first().and_then(|row| moment_of(&row.entry)).unwrap_or_default();
                entry = Some((row.seq, height, time_ms));
                (height, time_ms)
            }
        };
        let position = Position { seq: row.seq, n: row.n };
        let event: Event = cbor::from_slice(&row.body)?;
        lines.push(Arc::new(Line::new(position, height, time_ms, &event)));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::{Feed, Line, Next, Position};
    use aicf_core::engine::Event;
    use aicf_core::value::Text;

    fn line(seq: u64, n: u32) -> Line {
        let provider_id = Text::new("p").unwrap();
        Line::new(Position { seq, n }, 1, 2, &Event::ProviderRegistered { provider_id })
    }

    fn seen(feed: &Feed, after: Option<Position>) -> Option<Vec<(u64, u32)>> {
        match feed.after(after, 10) {
            Next::Lines(lines) => Some(lines.iter().map(|line| (line.position.seq, line.position.n)).collect()),
            Next::Nothing => Some(Vec::new()),
            Next::InDatabase => None,
        }
    }

    #[test]
    fn a_follower_gets_what_follows_or_is_sent_to_the_database() {
        let feed = Feed::new(3, Some(Position { seq: 6, n: 0 }));
        let at = |seq, n| Some(Position { seq, n });
        assert_eq!(seen(&feed, at(6, 0)), Some(vec![]));
        assert_eq!(seen(&feed, None), None, "what came before it is in the database only");
        feed.publish(vec![line(7, 0), line(7, 1)]);
        assert_eq!(seen(&feed, at(7, 0)), Some(vec![(7, 1)]));
        assert_eq!(seen(&feed, at(6, 0)), Some(vec![(7, 0), (7, 1)]));
        feed.publish(vec![line(9, 0), line(9, 1)]);
        assert_eq!(seen(&feed, at(6, 0)), None, "7.0 is forgotten by now");
        assert_eq!(seen(&feed, at(7, 0)), Some(vec![(7, 1), (9, 0), (9, 1)]));
        assert_eq!(seen(&feed, at(7, 1)), Some(vec![(9, 0), (9, 1)]));
        assert_eq!(seen(&feed, at(9, 1)), Some(vec![]));
        assert_eq!(seen(&feed, Position::before_entry(9)), Some(vec![(9, 0), (9, 1)]));
    }

    #[test]
    fn a_cursor_reads_back_and_keeps_the_order() {
        let (a, b) = (Position { seq: 255, n: 7 }, Position { seq: 256, n: 0 });
        assert_eq!(Position::of_cursor(&a.cursor()), Some(a));
        assert!(a.cursor() < b.cursor());
        assert_eq!(Position::of_cursor("0x00"), None);
        assert_eq!(Position::before_entry(0), None);
    }
}
