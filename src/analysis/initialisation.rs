//! The laws by which weights are initialised (method, section 7c).

use serde::{Deserialize, Serialize};

use crate::multifractal::{Law, Mixture};
use crate::network::{Group, Matrix, Role, Wiring};

/// Standard deviation of most transformers' initialisation.
const USUAL: f64 = 0.02;

/// How weights are drawn before training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// The one that the architecture usually has; see [`InitialShapes::scheme`].
    Auto,
    /// GPT-NeoX, as Pythia was trained: normal with sd sqrt(2 / (5 d)) (small), for the layers that write to the residual
    /// stream 2 / (L sqrt(d)) (wang), with d the model's width and L its blocks.
    SmallWang,
    /// GPT-2: normal with sd 0.02, for the layers that write to the residual stream 0.02 / sqrt(2 L).
    ScaledNormal,
    /// Normal with sd 0.02.
    Normal,
    /// Glorot: uniform within sqrt(6 / (fan in + fan out)).
    Xavier,
    /// He, with the slope that PyTorch gives its linear layers and convolutions: uniform within 1 / sqrt(fan in).
    Kaiming,
}

impl Scheme {
    /// The name in options and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::SmallWang => "small-wang",
            Self::ScaledNormal => "scaled-normal",
            Self::Normal => "normal",
            Self::Xavier => "xavier",
            Self::Kaiming => "kaiming",
        }
    }

    pub(super) fn is_auto(&self) -> bool {
        *self == Self::Auto
    }
}

/// What the laws of a network's initialisation depend on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct InitialShapes {
    architecture: String,
    /// Neurons of the residual stream; 0 where there are no blocks.
    width: f64,
    /// Blocks of the longest stack.
    blocks: f64,
    groups: Vec<InitialGroup>,
}

#[derive(Debug, Clone, PartialEq)]
struct InitialGroup {
    /// Whether it writes to the residual stream.
    is_output: bool,
    matrices: Vec<Fans>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Fans {
    elements: f64,
    fan_in: f64,
    fan_out: f64,
}

impl InitialShapes {
    pub(super) fn new(wiring: &Wiring) -> Self {
        let inputs = wiring.groups.iter().find(|group| group.role == Role::AttentionIn);
        let blocks = wiring.groups.iter().filter_map(|group| group.block).max().map_or(0, |last| last + 1);
        Self {
            architecture: wiring.architecture.clone(),
            width: inputs.or(wiring.groups.first()).map_or(0.0, |group| group.neurons as f64),
            blocks: blocks.into(),
            groups: wiring.groups.iter().map(InitialGroup::new).collect(),
        }
    }

    /// The scheme that is meant: `Auto` is that of GPT-NeoX or GPT-2 for these two, a plain normal law for other networks
    /// of blocks, and PyTorch's own for layers outside of blocks.
    pub(super) fn scheme(&self, asked: Scheme) -> Scheme {
        match (asked, self.architecture.as_str()) {
            (Scheme::Auto, "GPT-NeoX") => Scheme::SmallWang,
            (Scheme::Auto, "GPT-2" | "nanoGPT") => Scheme::ScaledNormal,
            (Scheme::Auto, _) if self.blocks == 0.0 => Scheme::Kaiming,
            (Scheme::Auto, _) => Scheme::Normal,
            (asked, _) => asked,
        }
    }

    /// The law of every group of the wiring. Matrices of one group are mixed in proportion to their weights.
    pub(super) fn laws(&self, scheme: Scheme) -> Vec<Mixture> {
        let scheme = self.scheme(scheme);
        // Without blocks nothing writes to a residual stream.
        let (width, blocks) = (self.width.max(1.0), self.blocks.max(1.0));
        let law = |is_output: bool, fans: &Fans| match scheme {
            Scheme::SmallWang if is_output => Law::Normal(2.0 / (blocks * width.sqrt())),
            Scheme::SmallWang => Law::Normal((2.0 / (5.0 * width)).sqrt()),
            Scheme::ScaledNormal if is_output => Law::Normal(USUAL / (2.0 * blocks).sqrt()),
            Scheme::ScaledNormal | Scheme::Normal | Scheme::Auto => Law::Normal(USUAL),
            Scheme::Xavier => Law::Uniform((6.0 / (fans.fan_in + fans.fan_out)).sqrt()),
            Scheme::Kaiming => Law::Uniform(1.0 / fans.fan_in.sqrt()),
        };
        let mixture = |group: &InitialGroup| {
            Mixture(group.matrices.iter().map(|fans| (fans.elements, law(group.is_output, fans))).collect())
        };
        self.groups.iter().map(mixture).collect()
    }
}

impl InitialGroup {
    fn new(group: &Group) -> Self {
        let outputs = [Role::AttentionOut, Role::CrossOut, Role::MlpDown, Role::ExpertDown, Role::StateOut];
        Self {
            is_output: outputs.contains(&group.role),
            matrices: group.matrices.iter().map(Fans::new).collect(),
        }
    }
}

impl Fans {
    fn new(matrix: &Matrix) -> Self {
        Self {
            elements: matrix.elements() as f64,
            fan_in: (matrix.inputs * matrix.positions) as f64,
            fan_out: (matrix.before * matrix.after * matrix.positions) as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(architecture: &str, blocks: Option<u32>) -> InitialShapes {
        let group = |role, matrix: Matrix| Group {
            name: String::new(),
            role,
            stack: 0,
            block: blocks.map(|blocks| blocks - 1),
            neurons: matrix.neurons(),
            matrices: vec![matrix],
        };
        InitialShapes::new(&Wiring {
            architecture: architecture.to_owned(),
            guessed: false,
            edited: false,
            groups: vec![
                group(Role::AttentionIn, Matrix::outputs_first(0, 192, 64)),
                group(Role::MlpDown, Matrix::outputs_first(1, 64, 256)),
                group(Role::Convolution, Matrix::convolution(2, &[32, 16, 3, 3], 1).unwrap()),
            ],
            skipped: Vec::new(),
            warnings: Vec::new(),
            head_width: None,
        })
    }

    #[test]
    fn laws_by_hand() {
        let neox = shapes("GPT-NeoX", Some(8));
        let laws = |scheme| -> Vec<Law> { neox.laws(scheme).iter().map(|mixture| mixture.0[0].1).collect() };
        assert_eq!(neox.scheme(Scheme::Auto), Scheme::SmallWang);
        assert_eq!(laws(Scheme::Auto)[..2], [Law::Normal((2.0_f64 / 320.0).sqrt()), Law::Normal(2.0 / 64.0)]);
        assert_eq!(laws(Scheme::ScaledNormal)[..2], [Law::Normal(0.02), Law::Normal(0.005)]);
        assert_eq!(laws(Scheme::Normal)[1], Law::Normal(0.02));
        assert_eq!(laws(Scheme::Xavier)[0], Law::Uniform((6.0_f64 / 256.0).sqrt()));
        assert_eq!(laws(Scheme::Kaiming)[1..], [Law::Uniform(1.0 / 16.0), Law::Uniform(1.0 / 12.0)]);
    }

    #[test]
    fn each_architecture_has_its_own() {
        for (architecture, blocks, scheme) in [
            ("GPT-2", Some(2), Scheme::ScaledNormal),
            ("BERT", Some(2), Scheme::Normal),
            ("MLP", None, Scheme::Kaiming),
        ] {
            assert_eq!(shapes(architecture, blocks).scheme(Scheme::Auto), scheme, "{architecture}");
        }
    }
}
