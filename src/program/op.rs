//! The instructions. Each is eight bytes; operands are registers of the current frame.

use super::Verb;

/// A register: an index into the frame of the running function.
pub type Reg = u16;

/// Stands where an instruction has no register.
pub const NO_REG: Reg = Reg::MAX;

/// Stands where an instruction has nowhere to jump.
pub const NO_TARGET: u32 = u32::MAX;

/// One instruction. "at" operands are indices into the tables of the same [`super::FunctionCode`];
/// `to` is the index of an instruction there.
///
/// Where an instruction takes several values they stand in consecutive registers from `first` on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    // Values
    /// `dst = constants[at]`
    Const {
        dst: Reg,
        at: u32,
    },
    Int {
        dst: Reg,
        value: i32,
    },
    None {
        dst: Reg,
    },
    Bool {
        dst: Reg,
        value: bool,
    },
    Move {
        dst: Reg,
        src: Reg,
    },
    /// Fails with `unset` where the global has no value yet; its name is `Program::globals[at]`.
    GetGlobal {
        dst: Reg,
        at: u32,
    },
    SetGlobal {
        src: Reg,
        at: u32,
    },
    /// A register that is captured by a closure holds a cell. `NewCell` puts the register's value into a new one.
    NewCell {
        reg: Reg,
    },
    GetCell {
        dst: Reg,
        cell: Reg,
    },
    SetCell {
        cell: Reg,
        src: Reg,
    },
    /// Captured variable number `at` of the running closure.
    GetCapture {
        dst: Reg,
        at: u16,
    },
    SetCapture {
        at: u16,
        src: Reg,
    },
    /// `dst` = closure of `Program::functions[function]`, captures as its `FunctionCode::captures` says.
    Closure {
        dst: Reg,
        function: u32,
    },
    MakeList {
        dst: Reg,
        first: Reg,
        count: u16,
    },
    /// `count` pairs of key and value.
    MakeMap {
        dst: Reg,
        first: Reg,
        count: u16,
    },
    /// From the ints in `first` and `first + 1`.
    MakeRange {
        dst: Reg,
        first: Reg,
        closed: bool,
    },
    /// Joins the texts of `count` values: an interpolated string.
    Concat {
        dst: Reg,
        first: Reg,
        count: u16,
    },
    /// `dst` = text of `src` in the format that is the string `constants[format]`.
    Format {
        dst: Reg,
        src: Reg,
        format: u16,
    },
    /// Takes a list of exactly `count` elements apart into registers from `first` on.
    Unpack {
        src: Reg,
        first: Reg,
        count: u16,
    },

    // Arithmetic and comparison
    Add {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    Subtract {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    Multiply {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    Divide {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    FloorDivide {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    Remainder {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    Power {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    /// `dst = left + value`; negative for a subtraction of a literal.
    AddInt {
        dst: Reg,
        left: Reg,
        value: i16,
    },
    /// `target = target + src`, in place where nothing else holds the string or list.
    AddTo {
        target: Reg,
        src: Reg,
    },
    /// `target = target +` the texts of `count` values put together: an interpolated string that is added.
    AddTexts {
        target: Reg,
        first: Reg,
        count: u16,
    },
    AddToGlobal {
        at: u32,
        src: Reg,
    },
    AddToCell {
        cell: Reg,
        src: Reg,
    },
    AddToCapture {
        at: u16,
        src: Reg,
    },
    Negate {
        dst: Reg,
        src: Reg,
    },
    Not {
        dst: Reg,
        src: Reg,
    },
    Equal {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    NotEqual {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    Less {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    LessEqual {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    Greater {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    GreaterEqual {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    // A comparison that only decides where to go on: it is followed by a `Jump`, which is skipped unless the comparison is `truth`.
    TestLess {
        left: Reg,
        right: Reg,
        truth: bool,
    },
    TestLessEqual {
        left: Reg,
        right: Reg,
        truth: bool,
    },
    TestGreater {
        left: Reg,
        right: Reg,
        truth: bool,
    },
    TestGreaterEqual {
        left: Reg,
        right: Reg,
        truth: bool,
    },
    TestEqual {
        left: Reg,
        right: Reg,
        truth: bool,
    },
    TestNotEqual {
        left: Reg,
        right: Reg,
        truth: bool,
    },
    // The same, compared with a small int.
    TestLessInt {
        left: Reg,
        value: i16,
        truth: bool,
    },
    TestLessEqualInt {
        left: Reg,
        value: i16,
        truth: bool,
    },
    TestGreaterInt {
        left: Reg,
        value: i16,
        truth: bool,
    },
    TestGreaterEqualInt {
        left: Reg,
        value: i16,
        truth: bool,
    },
    TestEqualInt {
        left: Reg,
        value: i16,
        truth: bool,
    },
    TestNotEqualInt {
        left: Reg,
        value: i16,
        truth: bool,
    },
    /// `left in right`
    In {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    Matches {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    InAnyOrder {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    /// `left contains sequence right`
    Sequence {
        dst: Reg,
        left: Reg,
        right: Reg,
    },
    /// `never a between b, c [in xs]`: three or four operands from `first` on.
    Never {
        dst: Reg,
        first: Reg,
        count: u16,
    },
    /// Fails unless the register holds a bool: the operands of `and`, `or`, and conditions.
    CheckBool {
        src: Reg,
    },

    // Control
    Jump {
        to: u32,
    },
    /// A jump backwards: where endless loops are interrupted.
    Loop {
        to: u32,
    },
    /// Fails unless the condition is a bool.
    JumpIf {
        condition: Reg,
        to: u32,
    },
    JumpIfNot {
        condition: Reg,
        to: u32,
    },
    /// Fails unless `first` can be iterated; puts what is iterated into it and a position into `first + 1`.
    /// With `pairs`, a map is iterated as `[key, value]` lists; else as its keys.
    ForStart {
        first: Reg,
        pairs: bool,
    },
    /// The next element into `first + 2`, or a jump at the end.
    ForNext {
        first: Reg,
        to: u32,
    },
    /// Calls the value in `first` with the `argc` values after it.
    Call {
        dst: Reg,
        first: Reg,
        argc: u16,
    },
    /// Calls `Program::functions[function]`, which captures nothing, with arguments from `first` on.
    CallFunction {
        dst: Reg,
        first: Reg,
        function: u16,
    },
    /// Calls the built-in function number `builtin` with `argc` arguments from `first` on.
    CallBuiltin {
        dst: Reg,
        first: Reg,
        builtin: u8,
        argc: u8,
    },
    /// Calls the method whose name is `Program::names[name]` of the value in `first`.
    CallMethod {
        dst: Reg,
        first: Reg,
        name: u16,
        argc: u8,
    },
    /// The field or attribute whose name is `Program::names[name]`.
    GetField {
        dst: Reg,
        src: Reg,
        name: u16,
    },
    SetField {
        target: Reg,
        name: u16,
        src: Reg,
    },
    GetIndex {
        dst: Reg,
        src: Reg,
        index: Reg,
    },
    SetIndex {
        target: Reg,
        index: Reg,
        src: Reg,
    },
    /// `src` may be `NO_REG`: none.
    Return {
        src: Reg,
    },
    /// Runs the top level of `Program::functions[function]`, a used file, once in the run.
    Use {
        function: u32,
    },

    // Frames of protection: an error, a deadline or a jump out leaves them in order.
    /// An error in what follows puts its map into `error` and goes on at `to`.
    PushTry {
        error: Reg,
        to: u32,
    },
    /// What follows has the time in `limit`; past it, what it spawned is terminated and the run goes on at `to`,
    /// or fails with `timeout` where `to` is `NO_TARGET`.
    PushDeadline {
        limit: Reg,
        to: u32,
    },
    /// Acquires the lock or semaphore in the register; leaving the frame releases it. Where `limit` is a register, in that time:
    /// past it there is no frame, and `got` is false, or it fails with `timeout` where `got` is `NO_REG`.
    PushLock {
        lock: Reg,
        limit: Reg,
        got: Reg,
    },
    /// Leaves the innermost frame, whatever it is.
    Pop,

    // Processes
    /// Starts the processes of `FunctionCode::spawns[site]`; the parent goes on behind their bodies.
    Spawn {
        dst: Reg,
        site: u16,
    },
    /// Ends a spawned process at the end of its body: exit code 0.
    EndProcess,
    /// Does the verb with `count` operands from `first` on.
    Verb {
        verb: Verb,
        dst: Reg,
        first: Reg,
        count: u16,
    },

    // Expectations and tests
    /// Takes the time from which `within` or `for` of `FunctionCode::expects[site]` counts.
    ExpectStart {
        site: u16,
    },
    /// Judges the condition; waits for an event and goes to `again` to look once more, or fails.
    ExpectCheck {
        site: u16,
        again: u32,
    },
    /// The block of `expect error` ended without an error: fails.
    ExpectNoError {
        site: u16,
    },
    /// The block of `expect error` failed with the error map in `error`: fails unless it has the kind.
    ExpectError {
        site: u16,
        error: Reg,
    },
    /// Begins `FunctionCode::tests[site]`: its end, or a failure in it, is at `to`, a `TestEnd`.
    TestStart {
        site: u16,
        to: u32,
    },
    TestEnd {
        site: u16,
    },
    /// Behind the last statement of a scenario with tests: where one of them is run alone, it begins here.
    TestAlone,
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_instruction_is_eight_bytes() {
        assert_eq!(size_of::<super::Op>(), 8);
    }
}
