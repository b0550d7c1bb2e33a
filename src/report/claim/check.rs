//! Claims against the pipeline, before anything runs: what they name exists, and says which runs are meant.
//!
//! Claims + pipeline ──[`check`]──▶ claims of which every name is known, `than` of `highest` filled in; or mistakes

use std::collections::{BTreeMap, BTreeSet};

use recount_engine::address::Address;
use recount_engine::diagnostic::{Diagnostic, Diagnostics};
use recount_engine::spec::{Axis, Measure, MeasureSource, Pipeline, Stage, StageId};
use recount_engine::{Plan, suggestion};

use super::figure::ReportedValue;
use super::mistakes::add_once;
use super::written::{Claim, Named, Operand, ReadClaim, Reading};
use crate::measure::{Coordinates, FRACTION};
use crate::reference::{Reference, What};

/// Keeps the claims that have no mistake, and fills in what `highest` and `lowest` are compared with.
pub(super) fn check(
    claims: Vec<ReadClaim>,
    pipeline: &Pipeline,
    diagnostics: &mut Diagnostics,
) -> Vec<Claim> {
    // A pipeline that runs can be laid out; where it can't, that is reported elsewhere.
    let plan = Plan::of(pipeline).unwrap_or_default();
    let mut points: BTreeMap<StageId, Vec<Coordinates>> = BTreeMap::new();
    for instance in &plan.instances {
        points.entry(instance.stage).or_default().push(instance.point.coordinates());
    }
    let check = Check { pipeline, points };
    let mut sound = Vec::with_capacity(claims.len());
    for ReadClaim { claim, names } in claims {
        let before = diagnostics.len();
        for mistake in names.iter().filter_map(|named| check.named(named).err()) {
            add_once(mistake, diagnostics);
        }
        let Some(mut claim) = claim else { continue };
        check.claim(&mut claim, diagnostics);
        if diagnostics.len() == before {
            sound.push(claim);
        }
    }
    sound
}

struct Check<'p> {
    pipeline: &'p Pipeline,
    /// The coordinates of every instance.
    points: BTreeMap<StageId, Vec<Coordinates>>,
}

impl Check<'_> {
    fn claim(&self, claim: &mut Claim, diagnostics: &mut Diagnostics) {
        let before = diagnostics.len();
        for reading in &claim.readings {
            for named in reading.references() {
                match self.named(named) {
                    Ok(_) => self.check_sizes(claim, reading, named, diagnostics),
                    Err(mistake) => add_once(mistake, diagnostics),
                }
            }
        }
        if diagnostics.len() > before {
            return;
        }
        for reading in claim.readings.iter_mut().filter(|reading| reading.is_among_all) {
            match self.others(&reading.of[0]) {
                Ok(others) => reading.than = others,
                Err(mistake) => add_once(mistake, diagnostics),
            }
        }
        for reading in &mut claim.readings {
            let is_observed = reading.references().any(|named| self.is_observed(&named.reference));
            reading.is_observed = is_observed;
        }
    }

    fn is_observed(&self, reference: &Reference) -> bool {
        match &reference.what {
            What::Measure(_) => reference.measure_of(self.pipeline).is_some_and(|measure| measure.observed),
            What::Output { file, at } => {
                let Some((_, stage)) = reference.stage_of(self.pipeline) else { return false };
                // A measure that is observed is so by its address, too.
                let address =
                    at.as_ref().and_then(|at| Address::parse(&format!("{file}#{at}")).ok().flatten());
                let is_this = |measure: &Measure| match (&measure.from, &address) {
                    (MeasureSource::Address(known), Some(address)) => known == address,
                    _ => false,
                };
                stage.is_observed(file) || stage.measures.iter().any(|it| it.observed && is_this(it))
            }
        }
    }

    /// Finds the stage of a reference of which every name exists, and every coordinate is named or a repeat.
    fn named(&self, named: &Named) -> Result<StageId, Diagnostic> {
        let Named { reference, place } = named;
        let Some((id, stage)) = reference.stage_of(self.pipeline) else {
            let known = self.pipeline.stages.iter().map(|stage| stage.name.as_str());
            let help = suggestion::help(&reference.stage, known, "a stage named", "the stages are");
            let mistake = Diagnostic::error(format!("no stage is named `{}`", reference.stage));
            return Err(mistake.maybe_help(help).at(place));
        };
        reference.check(self.pipeline, place)?;
        check_address(reference).map_err(|mistake| mistake.at(place))?;
        self.check_coordinates(reference, id, stage).map_err(|mistake| mistake.at(place))?;
        Ok(id)
    }

    fn check_coordinates(&self, reference: &Reference, id: StageId, stage: &Stage) -> Result<(), Diagnostic> {
        let resolved = reference.resolved(self.pipeline, id)?;
        let repeats = stage.repeats();
        let is_open =
            |name: &str| !repeats.contains(&name) && !resolved.iter().any(|(known, _)| known == name);
        let open: Vec<&str> = stage.each.iter().map(Axis::name).filter(|name| is_open(name)).collect();
        if let [first, ..] = open.as_slice() {
            let message =
                format!("`{}` leaves the coordinate `{}` open", reference.runs(), open.join("`, `"));
            let help = format!("name its value: `{}[{first}=…]`", stage.name);
            return Err(Diagnostic::error(message).help(help));
        }
        if self.runs(id, &resolved).next().is_none() {
            let message = format!("stage `{}` has no run at `{}`", stage.name, reference.runs());
            return Err(Diagnostic::error(message).help("none of its runs has all of these coordinates"));
        }
        Ok(())
    }

    fn runs<'s>(
        &'s self,
        id: StageId,
        named: &'s [(String, String)],
    ) -> impl Iterator<Item = &'s Coordinates> {
        let points = self.points.get(&id).into_iter().flatten();
        points.filter(|point| named.iter().all(|coordinate| point.contains(coordinate)))
    }

    /// Reports numbers that a measure can't have.
    fn check_sizes(&self, claim: &Claim, reading: &Reading, named: &Named, diagnostics: &mut Diagnostics) {
        let measure = named.reference.measure_of(self.pipeline);
        if measure
            .is_some_and(|measure| measure.unit.as_deref() == Some(FRACTION) || measure.out_of.is_some())
        {
            let stated = reading.than.iter().filter_map(|than| match than {
                Operand::Stated(stated) => Some(&stated.value),
                Operand::Measured(_) | Operand::Zero => None,
            });
            for value in claim.values.iter().chain(stated).filter(|value| !(0.0..=1.0).contains(&value.value))
            {
                add_once(no_share(value), diagnostics);
            }
        }
    }

    /// Gives the same measure at each other value of the one coordinate that a reference names.
    fn others(&self, of: &Named) -> Result<Vec<Operand>, Diagnostic> {
        let Some((id, stage)) = of.reference.stage_of(self.pipeline) else { return Ok(Vec::new()) };
        let resolved = of.reference.resolved(self.pipeline, id)?;
        let repeats = stage.repeats();
        let named: Vec<&(String, String)> =
            resolved.iter().filter(|(name, _)| !repeats.contains(&name.as_str())).collect();
        let [(axis, own)] = named.as_slice() else {
            let message = format!("`{}` does not say among which runs", of.reference.runs());
            let mistake = Diagnostic::error(message).at(&of.place);
            return Err(mistake.help("list what it is compared with: `than: [\"fit[a].accuracy\", …]`"));
        };
        // Runs at the same coordinates but for this one.
        let kept: Vec<(String, String)> = resolved.iter().filter(|(name, _)| name != axis).cloned().collect();
        let values = self.runs(id, &kept).flatten().filter(|(name, value)| name == axis && value != own);
        let mut known = BTreeSet::new();
        let values = values.map(|(_, value)| value).filter(|value| known.insert(*value));
        let at = |value: &String, is_named: bool| {
            let coordinates =
                resolved.iter().zip(&of.reference.coordinates).map(|((name, _), written)| {
                    match (name == axis, is_named) {
                        (true, true) => (Some(name.clone()), value.clone()),
                        (true, false) => (written.0.clone(), value.clone()),
                        (false, _) => written.clone(),
                    }
                });
            Reference { coordinates: coordinates.collect(), ..of.reference.clone() }
        };
        let other = |value: &String| {
            // As it is written, unless the value without a name would be another coordinate's.
            let is_meant = |reference: &Reference| {
                let meant = reference.resolved(self.pipeline, id).unwrap_or_default();
                meant.iter().any(|(name, known)| name == axis && known == value)
            };
            let written = Some(at(value, false)).filter(is_meant);
            let reference = written.unwrap_or_else(|| at(value, true));
            Operand::Measured(Named { reference, place: of.place.clone() })
        };
        Ok(values.map(other).collect())
    }
}

fn no_share(value: &ReportedValue) -> Diagnostic {
    let mistake = Diagnostic::error(format!("`{}` is not from 0 to 1, as this measure is", value.text));
    mistake.at(&value.place).help(format!("write a percentage with its sign: `\"{} %\"`", value.text))
}

/// Reports what names a file and no number in it.
fn check_address(reference: &Reference) -> Result<(), Diagnostic> {
    let What::Output { file, at } = &reference.what else { return Ok(()) };
    let Some(at) = at else {
        let mistake = Diagnostic::error(format!("`{file}` is a file, and a claim is about a number"));
        return Err(mistake.help(format!("say where it is: `{}/{file}#…`", reference.runs())));
    };
    match Address::parse(&format!("{file}#{at}")) {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err(Diagnostic::error(format!("`{file}#{at}` says no place in a file"))),
        Err(error) => Err(Diagnostic::error(error.to_string())),
    }
}
