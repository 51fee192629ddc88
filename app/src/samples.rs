//! The sample projects, built into the binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use eventloom_core::project::{Project, format};

/// A sample project.
#[derive(Debug)]
pub struct Sample {
    /// The name of its file, such as `mm1.ron`.
    pub file_name: &'static str,
    /// The project.
    pub project: Project,
    /// The recorded logs that it reads: relative path and contents.
    logs: &'static [(&'static str, &'static [u8])],
}

struct Source {
    file_name: &'static str,
    text: &'static str,
    logs: &'static [(&'static str, &'static [u8])],
}

const SOURCES: [Source; 10] = [
    Source {
        file_name: "hello-queue.ron",
        text: include_str!("../../projects/hello-queue.ron"),
        logs: &[],
    },
    Source { file_name: "mm1.ron", text: include_str!("../../projects/mm1.ron"), logs: &[] },
    Source {
        file_name: "pubsub-vs-queue.ron",
        text: include_str!("../../projects/pubsub-vs-queue.ron"),
        logs: &[],
    },
    Source {
        file_name: "door-sensors.ron",
        text: include_str!("../../projects/door-sensors.ron"),
        logs: &[("logs/door-sensors.csv", include_bytes!("../../projects/logs/door-sensors.csv"))],
    },
    Source {
        file_name: "ecommerce.ron",
        text: include_str!("../../projects/ecommerce.ron"),
        logs: &[],
    },
    Source { file_name: "iot.ron", text: include_str!("../../projects/iot.ron"), logs: &[] },
    Source {
        file_name: "retry-and-dead-letter.ron",
        text: include_str!("../../projects/retry-and-dead-letter.ron"),
        logs: &[],
    },
    Source {
        file_name: "backpressure.ron",
        text: include_str!("../../projects/backpressure.ron"),
        logs: &[],
    },
    Source {
        file_name: "priorities.ron",
        text: include_str!("../../projects/priorities.ron"),
        logs: &[],
    },
    Source { file_name: "burst.ron", text: include_str!("../../projects/burst.ron"), logs: &[] },
];

/// All samples, in the order in which they are shown.
pub fn all() -> &'static [Sample] {
    static SAMPLES: OnceLock<Vec<Sample>> = OnceLock::new();
    SAMPLES.get_or_init(|| SOURCES.iter().filter_map(read).collect())
}

fn read(source: &Source) -> Option<Sample> {
    // A test holds that every one of them is read.
    let project = format::parse(source.text)
        .inspect_err(|error| tracing::error!("the sample {}: {error}", source.file_name))
        .ok()?;
    Some(Sample { file_name: source.file_name, project, logs: source.logs })
}

impl Sample {
    /// What its text says first.
    pub fn first_sentence(&self) -> &str {
        let text = self.project.text.as_str();
        text.find(". ").map_or(text, |end| &text[..=end])
    }

    /// Puts the recorded logs of this sample under `cache` and returns the folder from which the
    /// sample's relative paths count; none where it reads no log.
    ///
    /// # Errors
    /// Where a log cannot be written.
    pub fn unpack_logs(&self, cache: &Path) -> std::io::Result<Option<PathBuf>> {
        if self.logs.is_empty() {
            return Ok(None);
        }
        let folder = cache.join("samples");
        for (path, contents) in self.logs {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            if fs::read(&path).ok().as_deref() != Some(*contents) {
                fs::write(&path, contents)?;
            }
        }
        Ok(Some(folder))
    }
}

#[cfg(test)]
mod tests {
    use eventloom_core::project::check;

    use super::*;

    #[test]
    fn every_sample_is_read_and_can_run() {
        assert_eq!(all().len(), SOURCES.len());
        for sample in all() {
            let problems = check::check(&sample.project);
            assert!(problems.is_empty(), "{}: {problems:#?}", sample.file_name);
            assert!(sample.first_sentence().len() < 120, "{}", sample.file_name);
            assert!(
                sample.project.text.chars().any(|c| c.is_ascii_digit()),
                "{}",
                sample.file_name
            );
        }
    }

    #[test]
    fn every_sample_is_written_as_eventloom_writes_it() {
        for (sample, source) in all().iter().zip(&SOURCES) {
            assert_eq!(format::write(&sample.project), source.text, "{}", source.file_name);
        }
    }

    #[test]
    fn nodes_of_samples_lie_on_the_grid() {
        for sample in all() {
            for (id, node) in &sample.project.nodes {
                let on_grid = |length: f32| length % 4.0 == 0.0;
                assert!(on_grid(node.at.0) && on_grid(node.at.1), "{} {id}", sample.file_name);
            }
        }
    }
}
