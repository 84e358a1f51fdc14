//! The built-in functions: a line each.

use super::machine::Machine;
use super::{Call, Stop, pure};
use crate::process::{self, clock};
use crate::program::{Builtin, BuiltinRow};
use crate::source::Code;
use crate::value::{Trouble, Value};

impl Call for Machine {
    fn call(&mut self, function: &Value, args: &[Value]) -> Result<Value, Stop> {
        self.call_back(function, args)
    }
}

impl Machine {
    pub(super) fn builtin(&mut self, builtin: Builtin, args: &[Value]) -> Result<Value, Stop> {
        check_count(builtin.row(), args.len())?;
        match builtin {
            Builtin::SelfProcess => Ok(Value::Process(self.world.me().clone())),
            Builtin::ParentProcess => Ok(self.parent_process()),
            Builtin::MainProcess => Ok(Value::Process(self.world.main.clone())),
            Builtin::Pid => Ok(Value::Int(i64::from(process::pid()))),
            Builtin::Ppid => Ok(Value::Int(i64::from(process::ppid()))),
            Builtin::Children => self.children(false),
            Builtin::ActiveChildren => self.children(true),
            Builtin::Processes => self.processes(args.first()),
            Builtin::Events => self.events(args),
            Builtin::Before => self.before(args),
            Builtin::Fork => self.fork(),
            Builtin::Exec => self.exec(args),
            Builtin::Sh => self.exec(&[Value::str("/bin/sh"), Value::str("-c"), args[0].clone()]),
            Builtin::Run => self.run_program(args),
            Builtin::RunScenario => self.run_scenario(args),
            Builtin::Overlaps => self.overlaps(args),
            Builtin::Serial => self.serial(args),
            Builtin::Submission => self.submission(),
            Builtin::Now => Ok(Value::Instant(clock::monotonic())),
            Builtin::Clock => Ok(Value::str(clock::wall_iso8601())),
            Builtin::Queue => self.make_queue(args.first()),
            Builtin::Pipe => self.make_pipe(),
            Builtin::Lock => self.make_lock(),
            Builtin::Semaphore => self.make_semaphore(&args[0]),
            Builtin::Event => self.make_event(),
            Builtin::Barrier => self.make_barrier(&args[0]),
            Builtin::Shared => self.make_shared(&args[0]),
            Builtin::Env => self.env(args),
            Builtin::Args => Ok(self.args()),
            Builtin::Cwd => self.cwd(),
            Builtin::ReadFile => self.read_file(&args[0]),
            Builtin::WriteFile => self.write_file(args),
            Builtin::Exists => self.exists(&args[0]),
            Builtin::TempDir => self.temp_dir(),
            Builtin::Which => self.which(&args[0]),
            Builtin::CpuCount => Ok(Value::Int(cpu_count())),
            Builtin::Input => self.input(args.first()),
            Builtin::PrintError => self.print_to(process::Standard::Error, args),
            Builtin::Random => Ok(self.random()),
            Builtin::Randint => self.randint(&args[0], &args[1]),
            Builtin::Shuffle => self.shuffle(&args[0]),
            Builtin::Seed => self.seed(&args[0]),
            _ => pure::builtin(builtin, args, self).unwrap_or_else(|| {
                let message = format!("{} has no meaning", builtin.row().name);
                Err(Trouble::new(Code::INTERNAL, message).into())
            }),
        }
    }
}

/// How many processors this process may use; see sched_getaffinity(2).
fn cpu_count() -> i64 {
    std::thread::available_parallelism().map_or(1, |count| count.get() as i64)
}

fn check_count(row: &BuiltinRow, count: usize) -> Result<(), Trouble> {
    let enough = count >= row.fewest as usize;
    if enough && (row.most == BuiltinRow::ANY || count <= row.most as usize) {
        return Ok(());
    }
    let message = format!("{} takes other arguments: {}", row.name, row.usage);
    Err(Trouble::new(Code::ARGUMENT_COUNT, message))
}
