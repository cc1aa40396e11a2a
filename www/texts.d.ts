/** Text files that the bundler puts into the page as they stand. */
declare module "*.md" {
  const text: string;
  export default text;
}
