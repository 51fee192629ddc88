//! The command line: the window, or a command without one.

mod check;
mod error;
mod journal;
mod runs;
mod table;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};

pub use error::CliError;

/// Exit code of what failed: input and output, interruption.
const FAILED: u8 = 1;
/// Exit code of bad input and usage.
const BAD_INPUT: u8 = 2;

#[derive(Debug, Parser)]
#[command(
    name = "eventloom",
    version,
    about = "A workbench for event-driven architecture.",
    args_conflicts_with_subcommands = true
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// A project (.ron) to open in the window
    file: Option<PathBuf>,
    /// Start the project at once
    #[arg(long, requires = "file")]
    run: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say what is wrong with a project; exit code 2 where it cannot run
    Check(check::CheckArgs),
    /// Run a project in virtual time and print its figures
    Simulate(runs::SimulateArgs),
    /// Run a project live, without a window, and print its figures
    Run(runs::RunArgs),
    /// Send a recorded log through a project and print the figures
    Replay(runs::ReplayArgs),
    /// Read a recorded run
    #[command(subcommand)]
    Journal(journal::JournalCommand),
}

/// Where a project is, and what of it is another than in its file.
#[derive(Clone, Debug, Args)]
pub struct ProjectArgs {
    /// The project's file (.ron)
    pub project: PathBuf,
    /// Another value for a field of the project, such as worker.service.mean_s=0.05
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Another seed than the project's
    #[arg(long)]
    pub seed: Option<u64>,
}

/// What the arguments ask for.
#[derive(Debug)]
pub enum Asked {
    /// The window.
    Window(crate::app::FirstView),
    /// Nothing more: a command has done its work.
    Done(ExitCode),
}

/// Does what the arguments (the program's name first) ask for, up to the window.
pub fn start(args: impl IntoIterator<Item = OsString>) -> Asked {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return Asked::Done(usage(&error)),
    };
    match cli.command {
        None => Asked::Window(crate::app::FirstView { file: cli.file, run: cli.run }),
        Some(command) => Asked::Done(run(command)),
    }
}

fn run(command: Command) -> ExitCode {
    let result = match command {
        Command::Check(args) => check::run(&args),
        Command::Simulate(args) => runs::simulate(&args),
        Command::Run(args) => runs::live(&args),
        Command::Replay(args) => runs::replay(&args),
        Command::Journal(command) => journal::run(&command),
    };
    match result {
        Ok(code) => code,
        Err(error) => report(&error),
    }
}

/// Writes one line that names the place, and gives the exit code that goes with it.
#[expect(clippy::print_stderr, reason = "a command's errors belong there")]
fn report(error: &CliError) -> ExitCode {
    if error.is_broken_pipe() {
        // Whoever read the output has enough of it.
        return ExitCode::SUCCESS;
    }
    let line = error.to_string().replace(['\n', '\r'], " ");
    eprintln!("eventloom: {line}");
    ExitCode::from(error.exit_code())
}

/// Help and version are no errors; everything else is bad usage, told in one line.
#[expect(clippy::print_stderr, reason = "a command's errors belong there")]
fn usage(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Where standard output is closed there is nobody to tell.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        _ => {
            let text = error.to_string();
            let told = text.lines().take_while(|line| !line.starts_with("Usage:"));
            let words: Vec<&str> = told.map(str::trim).filter(|line| !line.is_empty()).collect();
            let line = words.join(" ");
            let line = line.strip_prefix("error: ").unwrap_or(&line);
            let line = line.strip_suffix("For more information, try '--help'.").unwrap_or(line);
            eprintln!("eventloom: {} (see eventloom --help)", line.trim_end());
            ExitCode::from(BAD_INPUT)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[test]
    fn without_a_command_the_window_opens() {
        let asked = start(["eventloom", "a.ron", "--run"].map(OsString::from));
        let Asked::Window(first) = asked else { panic!("a window was asked for") };
        assert_eq!(first.file.as_deref(), Some(std::path::Path::new("a.ron")));
        assert!(first.run);
        assert!(matches!(start(["eventloom"].map(OsString::from)), Asked::Window(_)));
    }
}
