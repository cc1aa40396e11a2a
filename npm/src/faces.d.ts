/** The figure's fonts: tools/package.mjs takes the list from the page's style sheet. */
export declare const faces: { family: string; source: string; descriptors: FontFaceDescriptors }[];
/** The style sheets of the figure, for a shadow root. */
export declare const sheets: string;
