// Whom to cite: the paper that introduced the method, and this program.

import { VERSION } from "./version";

/** Exact words for a list of references. */
export function citations(version = VERSION): { of: string; text: string }[] {
  return [
    { of: "The method", text: "Xiao, X., Ping, H., Zhou, C., Cao, D., Li, Y., Zhou, Y.-Z., Li, S., Kanakaris, N., & Bogdan, P. (2025). Neuron-based Multifractal Analysis of Neuron Interaction Dynamics in Large Models. International Conference on Learning Representations (ICLR). arXiv:2402.09099." },
    { of: "This program", text: `The NeuroMFA developers. NeuroMFA in the browser (version ${version}). Computer software.` },
  ];
}

/** Both as BibTeX. */
export function bibtex(version = VERSION): string {
  return `@inproceedings{xiao2025neuron,
  title     = {Neuron-based Multifractal Analysis of Neuron Interaction Dynamics in Large Models},
  author    = {Xiao, Xiongye and Ping, Heng and Zhou, Chenyu and Cao, Defu and Li, Yaxing and Zhou, Yi-Zhuo and Li, Shixuan and Kanakaris, Nikos and Bogdan, Paul},
  booktitle = {International Conference on Learning Representations (ICLR)},
  year      = {2025},
  eprint    = {2402.09099},
  archiveprefix = {arXiv}
}

@misc{neuromfa,
  title  = {{NeuroMFA} in the browser},
  author = {{The NeuroMFA developers}},
  note   = {Computer software, version ${version}}
}
`;
}
