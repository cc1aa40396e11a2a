// Help: questions that people ask.

import type { Topic } from "./topic";

export const FAQ: Topic = {
  id: "faq", title: "Questions", about: "What people ask first, and what they ask when something is odd.",
  entries: [
    { id: "lower-alpha0", title: "Is a lower {\u03b1\u2080} better?", read: "noise", body: ["No. A lower {\u03b1\u2080} says that boxes are nearly full at small lengths already, and larger weights alone do that: doubling random weights lowers it. Look at how far shuffled weights move; only what is left is about the network."] },
    { id: "wide-good", title: "Is a wide spectrum good?", read: "width", body: ["Neither good nor bad. Random weights have a width. Only the width above shuffled says that neurons differ by more than their weights alone explain, and even that does not say what for."] },
    { id: "why-shuffled", title: "Why does \u201cshuffled\u201d stand beside every number?", read: "chance", body: ["Because every number of this method also depends on how large the weights are. Shuffling keeps the weights and forgets which neuron has them. What stays is explained by the weights; what goes was structure."] },
    { id: "noise-e", title: "Why does {E} rise for noise?", read: "noise", body: ["{E} compares {\u03b1\u2080} and {w} with those of an earlier checkpoint. Multiply random weights by 2, and both change: {E} is above 0 although nothing was learned. \u201cNoise has a spectrum too\u201d computes it before your eyes."] },
    { id: "negative-e", title: "Why is {E} below 0?", body: ["{\u03b1\u2080} is larger than at the checkpoint that {E} counts from. Smaller weights do that, by weight decay for one. It is no error."] },
    { id: "not-recognised", title: "My file is not recognised", body: [
      "- An error that says \u201cit begins with \u2026\u201d: the file is something else. A web page saved under the name of the weights is common: download it again.",
      "- A Git LFS pointer: the file itself was not downloaded (git lfs pull).",
      "- Optimiser state only: drop the model file of the same step.",
      "- Packed integers (GPTQ, AWQ and the like): their values are not the weights. Use the original, or a GGUF file.",
      "- Keras, Flax, TensorFlow: save the weights as safetensors.",
    ] },
    { id: "wiring-guess", title: "What is \u201cthe wiring is a guess\u201d?", body: ["The page knows most families of networks by the names of their tensors. Where names tell nothing, it takes the matrices in the order of their names. Look at the table of the wiring, leave matrices out, turn them or put them together. A wrong orientation gives plausible, wrong numbers."] },
    { id: "one-thread", title: "Why is there one thread only?", body: ["Browsers give shared memory to isolated pages only. The page isolates itself by a service worker where the browser and the host allow it. In some frames, private windows and browsers they do not. The numbers are the same to the last bit; large files take longer."] },
    { id: "huge-files", title: "Can I open files larger than my memory?", body: ["Yes. Only headers are read at first, then the bytes that the analysis needs, piece by piece; files are never copied whole. For the largest models take a sampled network, which reads a small part, or the command line, which can analyse a model in parts and join them."] },
    { id: "web-seen", title: "Who sees what I read from the web?", body: ["The host that you confirm, and those that it keeps its files on. They see your network address and which parts of which files you ask for, as with any visit to a web site. Your own files, results and settings go to nobody. A token is kept in memory and sent to that host only."] },
    { id: "web-refused", title: "Why can the page not read from a server that I can open?", body: [
      "- The server does not allow other sites to read its files (CORS). Its owner can allow it by a header; you can download the file and drop it.",
      "- It sends only whole files, no parts. Short files are read all the same; for long ones download the file.",
      "- It sends the request on to another site, which you have not confirmed. Tick that it may, or give the address of that site.",
      "The command line needs no such permission: it reads the same addresses.",
    ] },
    { id: "strips", title: "Rows at random, or in strips?", body: ["The published code draws single rows at random. On a server each of them is a request, thousands for a large model. Strips are short runs of neighbouring rows, spread evenly over heads and hidden neurons: about as many bytes in far fewer requests. They are other neurons, so compare strips with strips."] },
    { id: "quantised-models", title: "What of quantised models?", body: ["GGUF blocks are decoded exactly, and analysed. But quantising moves weights to few values, and small ones to zero, which is no edge. On the test model of this project, 4-bit blocks change {\u03b1\u2080} and {w} by more than a third. Compare quantised weights only with weights that were quantised alike, and with their own shuffles."] },
    { id: "bf16", title: "Can I trust bf16 and f16?", body: ["Yes, as a rule. Rounding to bf16 changes a weight, and so a length, by 0.4% at most. On the test model of this project, {\u03b1\u2080} and {w} in f32, f16 and bf16 agree to three decimals. The checks tell where too many weights are equal."] },
    { id: "what-sampled", title: "What is a sampled network, and should I use one?", body: ["The published code draws some neurons of each layer, ten times, and takes the mean. It is fast, but the numbers depend on how many are drawn, and scatter from draw to draw. Use the whole network where you can, and samples to compare with published numbers or for the largest models. The lesson on sampling shows both."] },
    { id: "published-code", title: "What is different from the published code?", body: [
      "The reference mode gives its numbers to nine digits. The exact mode, which is the default, differs in three points:",
      "- the slope of {\u03c4} is taken by central differences, so that {\u03b1\u2080} is {\u03c4}\u2032(0); the original lets rounding choose between two neighbours",
      "- the whole network is analysed, not samples of it",
      "- shuffles and other null models stand beside everything, and checks say when a number must be distrusted",
      "\u201cSensitivity\u201d has a table that puts each of its choices beside the exact numbers.",
    ] },
    { id: "compare-models", title: "Can I compare two models?", body: ["With care. Other shapes, other sizes of weights and other families have other numbers before any training. Compare widths above shuffled rather than widths, at the same {T} and the same kind of sample, and look at the checks of both."] },
    { id: "same-picture", title: "Will somebody else see the same picture by my link?", body: ["They see the same settings. Your files are not in the link: they need the same files, or your result file, which draws the same without the weights."] },
    { id: "demo-model", title: "What is the demo?", body: ["A language model of 1.2 million weights in its blocks, trained letter by letter for this page, with 15 stored steps. Its documents and weights come with the page; \u201cAnalyse these files here\u201d computes everything again."] },
  ],
};
