//! Bytes to lines: gzip is unpacked, a byte order mark skipped, a line that is too long is passed
//! over without being held.

use std::io::{self, BufRead, BufReader, Cursor, Read as _};

use flate2::bufread::MultiGzDecoder;

/// The longest row, in bytes; what is longer is refused.
pub(super) const MAX_ROW_BYTES: usize = 16 << 20;

/// Why a stream holds no text that can be read as a log.
#[derive(Debug)]
pub(super) enum StartError {
    /// The stream failed.
    Io(io::Error),
    /// It is something else; what, and what to do with it.
    NotText(&'static str),
}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A physical line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its number in the (unpacked) text, from 1.
    pub(super) number: u64,
    /// Its bytes, line feed included where there is one; none: it was too long.
    pub(super) bytes: Option<Vec<u8>>,
}

/// The lines of a text.
pub(super) struct Lines {
    source: Box<dyn BufRead + Send>,
    number: u64,
    drained: bool,
}

impl Lines {
    /// Looks at the beginning of `source`, unpacks gzip and makes sure that there is text.
    pub(super) fn start(mut source: Box<dyn BufRead + Send>) -> Result<Self, StartError> {
        let mut head = read_head(&mut source)?;
        if head.starts_with(&[0x1f, 0x8b]) {
            let packed = MultiGzDecoder::new(Cursor::new(head).chain(source));
            source = Box::new(BufReader::with_capacity(64 << 10, packed));
            head = read_head(&mut source)?;
        }
        if let Some(what) = no_text(&head) {
            return Err(StartError::NotText(what));
        }
        let skip = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let source = Box::new(Cursor::new(head.split_off(skip)).chain(source));
        Ok(Self { source, number: 0, drained: false })
    }

    /// The number of the last line that was read; 0 before the first.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Whether everything that had come when the last line was read has been handed out: the next
    /// line may have to be waited for.
    pub(super) fn drained(&self) -> bool {
        self.drained
    }

    /// The next line; none at the end. A line cut off by an error is not handed out.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        let (mut any, mut too_long) = (false, false);
        loop {
            let available = match self.source.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if available.is_empty() {
                self.drained = true;
                break;
            }
            any = true;
            let end = available.iter().position(|&byte| byte == b'\n');
            let taken = end.map_or(available.len(), |at| at + 1);
            if bytes.len() + taken > MAX_ROW_BYTES {
                too_long = true;
                bytes = Vec::new();
            }
            if !too_long {
                bytes.extend_from_slice(&available[..taken]);
            }
            self.drained = taken == available.len();
            self.source.consume(taken);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(Line { number: self.number, bytes: (!too_long).then_some(bytes) }))
    }
}

/// The first bytes, as many as tell formats apart; fewer at the end of the stream.
fn read_head(source: &mut dyn BufRead) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(8);
    source.take(8).read_to_end(&mut head)?;
    Ok(head)
}

/// What the bytes are, where they are no text.
fn no_text(head: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 7] = [
        (b"\x1f\x8b", "gzip inside gzip; unpack it once"),
        (b"PK\x03\x04", "a zip archive; unpack it first"),
        (b"\x28\xb5\x2f\xfd", "packed with zstd; unpack it first"),
        (b"BZh", "packed with bzip2; unpack it first"),
        (b"\xfd7zXZ", "packed with xz; unpack it first"),
        (b"\x89MCAP", "an MCAP file; a recorded run is opened, not replayed as a log"),
        (b"PAR1", "a Parquet file; export it as CSV or JSON Lines first"),
    ];
    if let Some((_, what)) = KNOWN.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(what);
    }
    let utf16_mark = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    let utf16_letters =
        matches!(head, [0, 1..=0x7f, 0, 1..=0x7f, ..] | [1..=0x7f, 0, 1..=0x7f, 0, ..]);
    if utf16_mark || utf16_letters {
        return Some("UTF-16 text; save it as UTF-8 first");
    }
    head.contains(&0).then_some("binary data; a log is JSON Lines or CSV, plain or gzip")
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn lines_of(bytes: &[u8]) -> Result<Vec<String>, StartError> {
        let mut lines = Lines::start(Box::new(Cursor::new(bytes.to_vec())))?;
        let mut texts = Vec::new();
        while let Some(line) = lines.next()? {
            let bytes = line.bytes.expect("short lines");
            texts.push(String::from_utf8(bytes).expect("text"));
        }
        Ok(texts)
    }

    fn gz(text: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(text).expect("memory takes everything");
        packer.finish().expect("memory takes everything")
    }

    #[test]
    fn plain_gzip_and_several_members_give_the_same_lines() {
        let plain = b"a\nbc\r\n\nd";
        let want = ["a\n", "bc\r\n", "\n", "d"];
        assert_eq!(lines_of(plain).expect("plain"), want);
        assert_eq!(lines_of(&gz(plain)).expect("gzip"), want);
        let members = [gz(b"a\nb"), gz(b""), gz(b"c\r\n\nd")].concat();
        assert_eq!(lines_of(&members).expect("members"), want);
        assert_eq!(lines_of(b"\xef\xbb\xbfa\nb").expect("mark"), ["a\n", "b"]);
        assert!(lines_of(b"").expect("nothing").is_empty());
    }

    #[test]
    fn what_is_no_text_is_named() {
        for (bytes, word) in [
            (&b"\xff\xfea\0b\0"[..], "UTF-16"),
            (b"\xfe\xff\0a\0b", "UTF-16"),
            (b"a\0b\0c\0", "UTF-16"),
            (b"PK\x03\x04....", "zip"),
            (b"ab\0\0\0\0\0\0", "binary"),
            (b"\x28\xb5\x2f\xfd....", "zstd"),
        ] {
            match lines_of(bytes) {
                Err(StartError::NotText(what)) => assert!(what.contains(word), "{what}"),
                other => panic!("{bytes:?} gave {other:?}"),
            }
        }
        assert!(matches!(lines_of(&gz(&gz(b"a"))), Err(StartError::NotText(_))));
    }

    #[test]
    fn an_endless_line_is_passed_over_without_being_held() {
        // 64 MiB of one letter, packed to some 64 KiB.
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(b"first\n").expect("memory");
        for _ in 0..64 {
            packer.write_all(&vec![b'x'; 1 << 20]).expect("memory");
        }
        packer.write_all(b"\nlast\n").expect("memory");
        let packed = packer.finish().expect("memory");
        let mut lines = Lines::start(Box::new(Cursor::new(packed))).expect("text");
        let mut next = || lines.next().expect("sound").expect("a line");
        assert_eq!(next().bytes.as_deref(), Some(&b"first\n"[..]));
        assert_eq!(next(), Line { number: 2, bytes: None });
        assert_eq!(next(), Line { number: 3, bytes: Some(b"last\n".to_vec()) });
    }

    #[test]
    fn a_cut_gzip_gives_its_whole_lines_and_then_an_error() {
        let text: String = (0..5_000).map(|i| format!("{i},{}\n", i * 7_919 % 1_000)).collect();
        let packed = gz(text.as_bytes());
        let mut lines = Lines::start(Box::new(Cursor::new(packed[..packed.len() / 2].to_vec())))
            .expect("the head is there");
        let mut whole = 0;
        let error = loop {
            match lines.next() {
                Ok(Some(line)) => {
                    assert!(line.bytes.is_some_and(|bytes| bytes.ends_with(b"\n")));
                    whole += 1;
                }
                Ok(None) => panic!("a cut file has no end"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert!(whole > 1_000, "{whole}");
        assert_eq!(lines.number(), whole);
    }
}
