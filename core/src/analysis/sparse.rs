//! Tables of counts in stored form: the entries that are not 0, each with the distance from the one
//! before, so that most of them take two bytes.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

fn entries<const N: usize>(table: &[u64; N]) -> Vec<(u32, u64)> {
    let mut entries = Vec::new();
    let mut next = 0;
    for (ix, &count) in table.iter().enumerate().filter(|(_, count)| **count > 0) {
        entries.push(((ix - next) as u32, count));
        next = ix + 1;
    }
    entries
}

fn fill<const N: usize>(table: &mut [u64; N], entries: &[(u32, u64)]) -> Option<()> {
    let mut next = 0usize;
    for &(gap, count) in entries {
        let ix = next.checked_add(gap as usize)?;
        *table.get_mut(ix)? = count;
        next = ix + 1;
    }
    Some(())
}

const TOO_FAR: &str = "a count beyond the end of its table";

pub(super) fn serialize<S: Serializer, const N: usize>(
    table: &[u64; N],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    entries(table).serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
    deserializer: D,
) -> Result<[u64; N], D::Error> {
    let mut table = [0; N];
    let entries = Vec::<(u32, u64)>::deserialize(deserializer)?;
    fill(&mut table, &entries).ok_or_else(|| D::Error::custom(TOO_FAR))?;
    Ok(table)
}

/// The same for a table on the heap.
pub(super) mod boxed {
    use super::{Deserialize, Deserializer, Serialize, Serializer, TOO_FAR, entries, fill};
    use serde::de::Error as _;

    pub(in crate::analysis) fn serialize<S: Serializer, const N: usize>(
        table: &[u64; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        entries(table).serialize(serializer)
    }

    pub(in crate::analysis) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<Box<[u64; N]>, D::Error> {
        let mut table = Box::new([0; N]);
        let entries = Vec::<(u32, u64)>::deserialize(deserializer)?;
        fill(&mut table, &entries).ok_or_else(|| D::Error::custom(TOO_FAR))?;
        Ok(table)
    }
}

/// The same for a list of tables that may be missing.
pub(super) mod tables {
    use super::{Deserialize, Deserializer, Serialize, Serializer, TOO_FAR, entries, fill};
    use serde::de::Error as _;

    type Tables<const N: usize> = Vec<Option<Box<[u64; N]>>>;

    pub(in crate::analysis) fn serialize<S: Serializer, const N: usize>(
        tables: &[Option<Box<[u64; N]>>],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let stored: Vec<_> = tables.iter().map(|table| table.as_deref().map(entries)).collect();
        stored.serialize(serializer)
    }

    pub(in crate::analysis) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<Tables<N>, D::Error> {
        let stored = Vec::<Option<Vec<(u32, u64)>>>::deserialize(deserializer)?;
        let table = |entries: Option<Vec<(u32, u64)>>| {
            let Some(entries) = entries else { return Ok(None) };
            let mut table = Box::new([0; N]);
            fill(&mut table, &entries).ok_or_else(|| D::Error::custom(TOO_FAR))?;
            Ok(Some(table))
        };
        stored.into_iter().map(table).collect()
    }
}
