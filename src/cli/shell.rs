//! `smpp-inspect completions` and `smpp-inspect man`: what shells and `man` want to know of the command line.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::output::Output;
use super::{CommandLine, DONE, Failure, nearest_command};

/// Print what a shell needs to complete the command line
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  smpp-inspect completions bash > \
                        ~/.local/share/bash-completion/completions/smpp-inspect\n  smpp-inspect completions fish > \
                        ~/.config/fish/completions/smpp-inspect.fish")]
pub(super) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// Print the manual page of the tool, or of one of its commands
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  smpp-inspect man > smpp-inspect.1\n  smpp-inspect man report > smpp-inspect-report.1"
)]
pub(super) struct Man {
    /// The command
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

impl Completions {
    pub(super) fn run(self) -> Result<u8, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut CommandLine::command(), "smpp-inspect", &mut script);
        Output::Stdout.write(|out| out.write_all(&script))?;
        Ok(DONE)
    }
}

impl Man {
    pub(super) fn run(self) -> Result<u8, Failure> {
        let mut tool = CommandLine::command();
        tool.build();
        let command = match &self.command {
            None => tool,
            Some(name) => {
                let found = tool.get_subcommands().find(|command| command.get_name() == name).cloned();
                let full: &'static str = format!("smpp-inspect-{name}").leak();
                let unknown = || {
                    let near = nearest_command(name).map(|near| format!("; did you mean {near}?"));
                    Failure::new(name, format_args!("no such command{}", near.unwrap_or_default()))
                };
                found.ok_or_else(unknown)?.name(full)
            }
        };
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page).map_err(|error| Failure::new("man", error))?;
        Output::Stdout.write(|out| out.write_all(&page))?;
        Ok(DONE)
    }
}
