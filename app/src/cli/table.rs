//! The figures of a run as a table for people.

use std::io::{self, Write};

use eventloom_core::analysis::report::{NodeReport, PlaceReport, Report};
use eventloom_core::run::Finished;

/// Writes what a run came to.
pub(super) fn write(out: &mut impl Write, finished: &Finished) -> io::Result<()> {
    let report = &finished.report;
    write_head(out, report)?;
    if let Some(log) = &finished.log {
        writeln!(
            out,
            "Log: {} lines, {} events, {} refused, {} steps back in time.",
            log.lines, log.events, log.refused.count, log.backward_steps
        )?;
        let guessed = if log.mapping.guessed.is_empty() {
            String::new()
        } else {
            format!(" (guessed: {})", log.mapping.guessed.join(", "))
        };
        writeln!(out, "Read as --map {}{guessed}", log.mapping)?;
        for refusal in &log.refused.first {
            writeln!(out, "  line {}: {}", refusal.line, refusal.reason)?;
        }
    }
    write_nodes(out, report)
}

/// Writes what a report is of.
pub(super) fn write_head(out: &mut impl Write, report: &Report) -> io::Result<()> {
    writeln!(
        out,
        "{} s simulated with seed {}: {} events, {} facts.",
        report.simulated_s, report.seed, report.events, report.facts
    )
}

/// Writes the figures of nodes and links.
pub(super) fn write_nodes(out: &mut impl Write, report: &Report) -> io::Result<()> {
    for (id, node) in &report.nodes {
        match node {
            NodeReport::Producer(p) => writeln!(
                out,
                "\n{id}, producer: {} due, {} published, {} in the outbox, {} lost, blocked {} s",
                p.due,
                p.published,
                p.outbox,
                p.lost.values().sum::<u64>(),
                figure(Some(p.blocked_s))
            )?,
            NodeReport::Consumer(c) => writeln!(
                out,
                "\n{id}, consumer: {} completed, {} failed, {} in service, utilisation {}, \
                 blocked {} s",
                c.completed,
                c.failed,
                c.in_service,
                figure(c.utilisation),
                figure(Some(c.blocked_s))
            )?,
            NodeReport::Queue(place) => {
                writeln!(out, "\n{id}, queue:")?;
                write_place(out, place)?;
            }
            NodeReport::Topic(topic) => {
                let (routed, unrouted) = (topic.routed, topic.unrouted);
                writeln!(out, "\n{id}, topic: {routed} routed, {unrouted} unrouted")?;
                for (link, place) in &topic.subscriptions {
                    writeln!(out, " subscription {link}:")?;
                    write_place(out, place)?;
                }
            }
        }
    }
    Ok(())
}

fn write_place(out: &mut impl Write, place: &PlaceReport) -> io::Result<()> {
    writeln!(
        out,
        "  arrived {}, completed {}, in queue {}, in service {}, redelivered {}",
        place.arrived, place.completed, place.in_queue, place.in_service, place.redelivered
    )?;
    for (what, reasons) in [("dead-lettered", &place.dead_lettered), ("lost", &place.lost)] {
        for (reason, count) in reasons {
            writeln!(out, "  {what} {count}: {reason}")?;
        }
    }
    writeln!(
        out,
        "  Lq {}, L {}, throughput {}/s",
        figure(place.lq),
        figure(place.l),
        figure(place.throughput_per_s)
    )?;
    writeln!(
        out,
        "  wait    mean {} s, p50 {} s, p95 {} s, p99 {} s",
        figure(place.wait_mean_s),
        figure(place.wait_p50_s),
        figure(place.wait_p95_s),
        figure(place.wait_p99_s)
    )?;
    writeln!(
        out,
        "  sojourn mean {} s, p50 {} s, p95 {} s, p99 {} s",
        figure(place.sojourn_mean_s),
        figure(place.sojourn_p50_s),
        figure(place.sojourn_p95_s),
        figure(place.sojourn_p99_s)
    )
}

/// Four significant digits; a dash where there were no samples.
fn figure(value: Option<f64>) -> String {
    let Some(value) = value else { return "–".to_owned() };
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 9) as usize;
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::figure;

    #[test]
    fn figures_have_four_significant_digits() {
        assert_eq!(figure(Some(3.199_9)), "3.200");
        assert_eq!(figure(Some(1234.5)), "1234");
        assert_eq!(figure(Some(0.000_123_45)), "0.0001234");
        assert_eq!(figure(None), "–");
    }
}
