// The words that errors are written with. A report keeps these of a sentence and nothing else, so that no name can slip
// through; a test looks for words that are missing.

export const VOCABULARY: ReadonlySet<string> = new Set(`
a about above across after again against alike all allow alone among amount an analyse analysed analysis analyze and
announces another archive are around array arrays as ascending asks at attention away axes back be before begin begins
behind belong below beside between beyond big-endian bits block blocks both bring broken browser but by byte bytes
called came can cannot change changed channels check checkpoint checkpoints choose close column comes command compared
compressed compression computed computer config contradicts convert copy could count counted csv current cut damaged
data decimal decode decoded deep demo describes dict did differ different directory disagree disk do document
documents does down download drawing drawn drop each early element elements empty encrypted end ends engine enough
entries entry evaluated evaluation even exactly exist expected export face far fed fetch fewer field fields figure
file files fill finished first folder follow followed for form format four from full further gguf git give gives
globals goes graph graphs group groups grow grows has have hdf header here hold holds hop hops html hugging in index
infinity inputs inside instead instruction instructions integer integers interconnect interconnects intervals into is
it its itself join json keep keeps kept keras keys kind known lacks large last later layer layers least leave leaves
left length letters levels lfs lie lies like limit line link list lists little-endian lm-evaluation-harness load
longer look lost machines made make marks matrices matrix may mb measure memory mend merge merged metric metrics
missing mlp model model's models module more most moved multiple multiples must name named names nan nearest need
needs neighbours neither nests network networks neuromfa neuromfa-result neurons new next no nobody nodes noise none
nor not note notes nothing null number numbered numbers numpy of off offsets on once one ones only onnx optimiser
options or order orders original other others otherwise out outside overlap own page pages part parts password paths
pickle pickles piles place plainly pointer points powers program programs promises pull put puts pytorch pytorch's q
q-max q-min quantisation queries quotation radii radius range ranges raw reaches read readable reads reason record
records refers refused reload rename rescale result results ring round rounded rounds rows run safe safetensors same
sample sampled samples save saved says scale schema scores second see separators setting settings several shape share
shorten should shuffles simd single size slices smaller so some split stack stand stands state states stays step steps
still storage storages stored stores such system table tables take takes tell tells tensor tensorflow tensors test
text texts than that the their them there these they this thousands threshold thresholds through time to together
tokenizers told too trained training transformers true trust try twice two type u under unless unpack up use uses utf
valid value values version versions was way ways web webassembly weight weights were what where whether which while
whole whose wired wiring with within without workers write written wrong wrongly wrote yet you your zero zip
accepted address already answer asked broke confirmed cors everybody fault given if let long middle now people private
reached refuses requests revision revisions sends sent shorter site terms times token wants whatever who
`.trim().split(/\s+/));
