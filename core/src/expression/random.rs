//! The random functions of templates. Each draws from the evaluation's key and the number of the
//! draw, and from nothing else.

use cel::common::types::{CelBool, CelDouble, CelInt, CelString, CelUInt};
use cel::common::value::{CowVal, Val};
use cel::{ExecutionError, FunctionContext};

use super::functions::Result;
use super::meter;
use crate::mix::{STEP, below, mix, unit};

/// A random function.
pub(super) struct Function {
    pub(super) name: &'static str,
    /// How it is called, for errors.
    pub(super) usage: &'static str,
    /// How many arguments it may have, from and to.
    pub(super) arguments: (usize, usize),
    pub(super) call: for<'c, 'v> fn(&mut FunctionContext<'c, 'v>) -> Result<'c, 'v>,
}

pub(super) static FUNCTIONS: [Function; 8] = [
    Function {
        name: "uniform",
        usage: "uniform(min, max) or uniform(min, max, decimals)",
        arguments: (2, 3),
        call: uniform,
    },
    Function {
        name: "normal",
        usage: "normal(mean, sd) or normal(mean, sd, decimals)",
        arguments: (2, 3),
        call: normal,
    },
    Function {
        name: "exponential",
        usage: "exponential(mean) or exponential(mean, decimals)",
        arguments: (1, 2),
        call: exponential,
    },
    Function { name: "integer", usage: "integer(min, max)", arguments: (2, 2), call: integer },
    Function { name: "pick", usage: "pick(list)", arguments: (1, 1), call: pick },
    Function { name: "chance", usage: "chance(p)", arguments: (1, 1), call: chance },
    Function { name: "uuid", usage: "uuid()", arguments: (0, 0), call: uuid },
    Function { name: "hex", usage: "hex(n)", arguments: (1, 1), call: hex },
];

/// How many decimals a number may be rounded to; a double has no more than 17 digits.
const MAX_DECIMALS: i64 = 15;
/// How many digits `hex` gives at most.
const MAX_HEX: i64 = 64;

/// Uniformly distributed from min, below max.
fn uniform<'c, 'v>(call: &mut FunctionContext<'c, 'v>) -> Result<'c, 'v> {
    let (min, max) = (number(call, 0)?, number(call, 1)?);
    if min > max || !(max - min).is_finite() {
        return Err(call.error("min has to be below max"));
    }
    rounded(call, 2, min + unit(meter::bits()) * (max - min))
}

/// Normally distributed, by Box and Muller (A note on the generation of random normal deviates,
/// 1958).
fn normal<'c, 'v>(call: &mut FunctionContext<'c, 'v>) -> Result<'c, 'v> {
    let (mean, sd) = (number(call, 0)?, number(call, 1)?);
    if sd < 0.0 {
        return Err(call.error("sd has to be 0 or more"));
    }
    let bits = meter::bits();
    let radius = libm::sqrt(-2.0 * libm::log(1.0 - unit(bits)));
    let angle = std::f64::consts::TAU * unit(more(bits, 1));
    rounded(call, 2, mean + sd * (radius * libm::cos(angle)))
}

/// Exponentially distributed, by inversion.
fn exponential<'c, 'v>(call: &mut FunctionContext<'c, 'v>) -> Result<'c, 'v> {
    let mean = number(call, 0)?;
    if mean < 0.0 {
        return Err(call.error("mean has to be 0 or more"));
    }
    rounded(call, 1, -libm::log(1.0 - unit(meter::bits())) * mean)
}

/// A whole number from min to max, both included, all equally likely.
fn integer<'c, 'v>(call: &mut FunctionContext<'c, 'v>) -> Result<'c, 'v> {
    let (min, max) = (whole(call, 0)?, whole(call, 1)?);
    if min > max {
        return Err(call.error("min has to be at most max"));
    }
    let bits = meter::bits();
    // All 2^64 whole numbers leave no bound that 64 bits can hold.
    let above = match (max.wrapping_sub(min) as u64).checked_add(1) {
        Some(bound) => below(bits, bound),
        None => bits,
    };
    Ok(CowVal::owned(CelInt::from(min.wrapping_add(above as i64))))
}

/// One of a list's elements, all equally likely.
fn pick<'c, 'v>(call: &mut FunctionContext<'c, 'v>) -> Result<'c, 'v> {
    let list = argument(call, 0)?;
    let (size, items) = match (list.as_sizer(), list.as_indexer()) {
        (Some(size), Some(items)) if list.get_type().name() == "list" => (size.size(), items),
        _ => return Err(call.error("it picks from a list, such as pick(['a', 'b'])")),
    };
    let size = u64::try_from(*size.inner()).unwrap_or(0);
    if size == 0 {
        return Err(call.error("the list is empty"));
    }
    let index = CelUInt::from(below(meter::bits(), size));
    Ok(CowVal::Owned(items.get(&index)?.into_owned()))
}

/// True with probability p.
fn chance<'c, 'v>(call: &mut FunctionContext<'c, 'v>) -> Result<'c, 'v> {
    let p = number(call, 0)?;
    if !(0.0..=1.0).contains(&p) {
        return Err(call.error("p has to be from 0 to 1"));
    }
    Ok(CowVal::owned(CelBool::from(unit(meter::bits()) < p)))
}

/// A random UUID, version 4 of RFC 9562.
fn uuid<'c, 'v>(_call: &mut FunctionContext<'c, 'v>) -> Result<'c, 'v> {
    let bits = meter::bits();
    let high = bits & !0xf000 | 0x4000;
    let low = more(bits, 1) & !(0b11 << 62) | 0b10 << 62;
    let text = format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    );
    Ok(CowVal::owned(CelString::from(text)))
}

/// A text of n random hexadecimal digits.
fn hex<'c, 'v>(call: &mut FunctionContext<'c, 'v>) -> Result<'c, 'v> {
    let digits = whole(call, 0)?;
    if !(1..=MAX_HEX).contains(&digits) {
        return Err(call.error(format!("n has to be from 1 to {MAX_HEX}")));
    }
    let bits = meter::bits();
    let mut text: String = (0..4).map(|part| format!("{:016x}", more(bits, part))).collect();
    text.truncate(digits as usize);
    Ok(CowVal::owned(CelString::from(text)))
}

/// More bits for the same draw.
fn more(bits: u64, part: u64) -> u64 {
    if part == 0 { bits } else { mix(bits ^ part.wrapping_mul(STEP)) }
}

fn argument<'a, 'v>(
    call: &'a FunctionContext<'_, 'v>,
    index: usize,
) -> std::result::Result<&'a (dyn Val + 'v), ExecutionError> {
    call.args.get(index).map(AsRef::as_ref).ok_or_else(|| call.error("an argument is missing"))
}

/// A finite number.
fn number(
    call: &FunctionContext<'_, '_>,
    index: usize,
) -> std::result::Result<f64, ExecutionError> {
    let value = argument(call, index)?;
    let double = value.downcast_ref::<CelDouble>().map(|double| *double.inner());
    double
        .or_else(|| value.downcast_ref::<CelInt>().map(|int| *int.inner() as f64))
        .or_else(|| value.downcast_ref::<CelUInt>().map(|uint| *uint.inner() as f64))
        .filter(|number| number.is_finite())
        .ok_or_else(|| {
            let got = value.get_type().name();
            call.error(format!("it takes finite numbers, and argument {} is a {got}", index + 1))
        })
}

/// A whole number; a double without a fraction will do.
fn whole(call: &FunctionContext<'_, '_>, index: usize) -> std::result::Result<i64, ExecutionError> {
    if let Some(int) = argument(call, index)?.downcast_ref::<CelInt>() {
        return Ok(*int.inner());
    }
    let double = number(call, index)?;
    // Up to here doubles hold every whole number.
    if double.fract() == 0.0 && double.abs() <= 9_007_199_254_740_992.0 {
        return Ok(double as i64);
    }
    Err(call.error(format!("argument {} has to be a whole number", index + 1)))
}

/// The value, rounded to the decimals that the argument at `index` asks for, if it is there.
fn rounded<'c, 'v>(call: &FunctionContext<'c, 'v>, index: usize, value: f64) -> Result<'c, 'v> {
    let decimals = if index < call.args.len() { Some(whole(call, index)?) } else { None };
    let value = match decimals {
        None => value,
        Some(decimals @ 0..=MAX_DECIMALS) => round(value, decimals as usize),
        Some(_) => {
            return Err(call.error(format!("decimals have to be from 0 to {MAX_DECIMALS}")));
        }
    };
    Ok(CowVal::owned(CelDouble::from(value)))
}

/// Rounded in decimal: written with so many decimals, which is exact, and read back as the double
/// next to it. Never −0.
pub(super) fn round(value: f64, decimals: usize) -> f64 {
    format!("{value:.decimals$}").parse().unwrap_or(value) + 0.0
}
