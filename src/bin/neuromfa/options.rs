//! From arguments to the options of an analysis.

use neuromfa::analysis::{DistanceKind, InterconnectKind, Mode, NetworkKind, NullKind, Options, Scheme};
use neuromfa::multifractal::{Differences, Rounding, Tie};
use neuromfa::network::Rows;

use crate::args::{
    AnalyzeArguments, DifferencesName, DistanceName, InterconnectName, ModeName, Network, NullName,
    RoundingName, RowsName, SchemeName, TieName,
};

/// The options but the layers, or a sentence that says which of them cannot be.
pub fn options(arguments: &AnalyzeArguments) -> Result<Options, String> {
    if arguments.filter > 0 && arguments.mode == ModeName::Exact {
        return Err("--filter belongs to --mode reference. Add that, or leave --filter out.".to_owned());
    }
    let mut null = Vec::new();
    for kind in arguments.null.iter().map(|&name| null_kind(name)) {
        if !null.contains(&kind) {
            null.push(kind);
        }
    }
    let options = Options {
        network: match arguments.network {
            Network::Full => NetworkKind::Full,
            Network::Sampled => NetworkKind::Sampled,
        },
        layers: None,
        mode: match arguments.mode {
            ModeName::Exact => Mode::Exact,
            ModeName::Reference => Mode::Reference,
        },
        samples: arguments.samples,
        seed: arguments.seed,
        layer_sample: arguments.layer_sample,
        threshold: arguments.threshold,
        nfd_threshold: arguments.nfd_threshold,
        q_min: arguments.q_min,
        q_max: arguments.q_max,
        q_step: arguments.q_step,
        differences: arguments.differences.map(|name| match name {
            DifferencesName::Central => Differences::Central,
            DifferencesName::Forward => Differences::Forward,
        }),
        tie: arguments.tie.map(|name| match name {
            TieName::First => Tie::First,
            TieName::Second => Tie::Second,
        }),
        minimum_degree: arguments.minimum_degree,
        rounding: match arguments.rounding {
            RoundingName::Halves => Rounding::Halves,
            RoundingName::Nearest => Rounding::Nearest,
            RoundingName::Up => Rounding::Up,
            RoundingName::Twos => Rounding::Twos,
        },
        filter: arguments.filter,
        rows: match arguments.rows {
            RowsName::Random => Rows::Random,
            RowsName::Strips => Rows::Strips,
        },
        hops: arguments.hops,
        distance: match arguments.distance {
            DistanceName::Inverse => DistanceKind::Inverse,
            DistanceName::Scaled => DistanceKind::Scaled,
        },
        interconnect: match arguments.interconnect {
            InterconnectName::Original => InterconnectKind::Original,
            InterconnectName::Serial => InterconnectKind::Serial,
            InterconnectName::True => InterconnectKind::True,
        },
        null,
        null_samples: arguments.null_samples,
        initialisation: scheme(arguments.initialisation),
        bootstrap: arguments.bootstrap,
        group_spectra: !arguments.no_group_spectra,
    };
    options.check().map_err(|error| format!("{error}. {}", error.hint()))?;
    if options.bootstrap > 0 && options.network == NetworkKind::Sampled {
        return Err(
            "Samples have intervals of their own: --bootstrap is for the whole network. Leave it out."
                .to_owned(),
        );
    }
    if arguments.part && options.bootstrap > 0 {
        return Err("A part does not know all neurons. Leave --bootstrap out.".to_owned());
    }
    if arguments.part && options.null.contains(&NullKind::Rescale) {
        return Err(
            "A part knows one checkpoint and no rescaled one. Leave rescale out of --null.".to_owned()
        );
    }
    if arguments.part && options.follows_paths() {
        return Err("Paths run through all layers: there are no parts of them. Leave --part out.".to_owned());
    }
    Ok(options)
}

fn null_kind(name: NullName) -> NullKind {
    match name {
        NullName::Shuffle => NullKind::Shuffle,
        NullName::Gaussian => NullKind::Gaussian,
        NullName::Initialisation => NullKind::Initialisation,
        NullName::Rescale => NullKind::Rescale,
    }
}

fn scheme(name: SchemeName) -> Scheme {
    match name {
        SchemeName::Auto => Scheme::Auto,
        SchemeName::SmallWang => Scheme::SmallWang,
        SchemeName::ScaledNormal => Scheme::ScaledNormal,
        SchemeName::Normal => Scheme::Normal,
        SchemeName::Xavier => Scheme::Xavier,
        SchemeName::Kaiming => Scheme::Kaiming,
    }
}
