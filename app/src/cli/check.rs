//! `eventloom check`: what is wrong with a project.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use eventloom_core::project::check::{Problem, Severity, can_run, check};
use eventloom_core::project::set;
use eventloom_core::project::{Project, file, format};

use super::{BAD_INPUT, CliError, ProjectArgs};

/// The arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// Print a JSON array
    #[arg(long)]
    json: bool,
}

/// Reads a project and changes what `--set` and `--seed` say.
///
/// # Errors
/// Where the file is no project, or a change does not fit it.
pub(super) fn read(args: &ProjectArgs) -> Result<Project, CliError> {
    let mut project = file::load(&args.project)?;
    for text in &args.set {
        let fail = || CliError::SetForm { text: text.clone() };
        let (path, value) = text.split_once('=').ok_or_else(fail)?;
        set::set(&mut project, path, value)
            .map_err(|source| CliError::Set { text: text.clone(), source })?;
    }
    if let Some(seed) = args.seed {
        project.seed = seed;
    }
    Ok(project)
}

/// Reads a project that is to run.
///
/// # Errors
/// As [`read`], and where the project has errors: with the place of the first of them.
pub(super) fn read_runnable(args: &ProjectArgs) -> Result<Project, CliError> {
    let project = read(args)?;
    let Some(problem) = check(&project).into_iter().find(|p| p.severity == Severity::Error) else {
        return Ok(project);
    };
    let text = std::fs::read_to_string(&args.project).unwrap_or_default();
    let (line, column) = format::locate(&text, &problem);
    let path = args.project.clone();
    let message = match &problem.id {
        Some(id) => format!("{id}: {}", problem.message),
        None => problem.message,
    };
    Err(CliError::CannotRun { path, line, column, message })
}

pub(super) fn run(args: &CheckArgs) -> Result<ExitCode, CliError> {
    let problems = check(&read(&args.project)?);
    let mut out = io::stdout().lock();
    let written = if args.json { json(&mut out, &problems) } else { table(&mut out, &problems) };
    written.and_then(|()| out.flush()).map_err(CliError::Output)?;
    Ok(if can_run(&problems) { ExitCode::SUCCESS } else { ExitCode::from(BAD_INPUT) })
}

fn json(out: &mut impl Write, problems: &[Problem]) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, problems)?;
    writeln!(out)
}

fn table(out: &mut impl Write, problems: &[Problem]) -> io::Result<()> {
    for problem in problems {
        writeln!(out, "{problem}")?;
    }
    let count = |severity| problems.iter().filter(|p| p.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    match (errors, warnings) {
        (0, 0) => writeln!(out, "No problems: it can run."),
        (0, _) => writeln!(out, "It can run. Warnings: {warnings}."),
        _ => writeln!(out, "It cannot run. Errors: {errors}, warnings: {warnings}."),
    }
}
