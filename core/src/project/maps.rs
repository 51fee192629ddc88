//! The maps of nodes and links as they are read: an id used twice is an error, never a silent
//! loss, and their number is bounded.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use super::{Link, Node};
use crate::ids::{LinkId, NodeId};

/// How many nodes a project may have.
pub(super) const MAX_NODES: usize = 100_000;
/// How many links a project may have.
pub(super) const MAX_LINKS: usize = 200_000;

pub(super) fn nodes<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<NodeId, Node>, D::Error> {
    deserializer.deserialize_map(UniqueMap { what: "node", limit: MAX_NODES, of: PhantomData })
}

pub(super) fn links<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<LinkId, Link>, D::Error> {
    deserializer.deserialize_map(UniqueMap { what: "link", limit: MAX_LINKS, of: PhantomData })
}

struct UniqueMap<K, V> {
    what: &'static str,
    limit: usize,
    of: PhantomData<(K, V)>,
}

impl<'de, K, V> Visitor<'de> for UniqueMap<K, V>
where
    K: Deserialize<'de> + Ord + fmt::Display,
    V: Deserialize<'de>,
{
    type Value = BTreeMap<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a map of {}s by id", self.what)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(key) = access.next_key::<K>()? {
            // Refused before its value is read, so that the error's place is that of the id.
            if map.contains_key(&key) {
                return Err(A::Error::custom(format_args!(
                    "the {} id \"{key}\" is used twice; give one of the two another id",
                    self.what
                )));
            }
            if map.len() == self.limit {
                return Err(A::Error::custom(format_args!(
                    "there are more than {} {}s, which is the limit",
                    self.limit, self.what
                )));
            }
            let value = access.next_value()?;
            map.insert(key, value);
        }
        Ok(map)
    }
}
