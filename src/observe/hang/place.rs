//! Where in the kernel a thread is: proc_pid_syscall(5).

/// Where in the kernel a thread is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// It runs, or is not in a call.
    Outside,
    /// In this call with these arguments.
    Call { number: i64, args: [u64; 6] },
    /// We may not know.
    Hidden,
}

/// Where a thread is.
pub fn place(pid: i32, tid: i32) -> Place {
    match std::fs::read_to_string(format!("/proc/{pid}/task/{tid}/syscall")) {
        Ok(line) => parse_place(&line),
        Err(_) => Place::Hidden,
    }
}

/// `running`; `-1 SP PC` outside of any call; else the number, six arguments, and the two.
fn parse_place(line: &str) -> Place {
    let mut fields = line.split_ascii_whitespace();
    let number = fields.next().and_then(|number| number.parse::<i64>().ok());
    let Some(number) = number.filter(|number| *number >= 0) else { return Place::Outside };
    let mut args = [0; 6];
    for arg in &mut args {
        let hex = fields.next().and_then(|field| field.strip_prefix("0x"));
        let Some(value) = hex.and_then(|hex| u64::from_str_radix(hex, 16).ok()) else {
            return Place::Outside;
        };
        *arg = value;
    }
    Place::Call { number, args }
}

#[cfg(test)]
mod tests {
    use super::{Place, parse_place};

    #[test]
    fn the_line_about_a_call_is_read() {
        let args = [3, 0x7ffc, 10, 0, 0, u64::MAX];
        let line = "0 0x3 0x7ffc 0xa 0x0 0x0 0xffffffffffffffff 0x7ffc 0x7f4e\n";
        assert_eq!(parse_place(line), Place::Call { number: 0, args });
        for outside in ["running\n", "-1 0x7ffc 0x7f4e\n", "", "0 0x3", "x 0x1"] {
            assert_eq!(parse_place(outside), Place::Outside, "{outside:?}");
        }
    }
}
