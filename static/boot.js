// Starts the page: loads the bindings and the WebAssembly named by this script's own element.
const { dataset } = document.querySelector('script[data-wasm]');
const at = (path) => new URL(path, document.baseURI);

try {
  const { default: start } = await import(at(dataset.script));
  await start({ module_or_path: at(dataset.wasm) });
} catch (error) {
  // Still there only if the page never opened: later errors tell of themselves.
  const opening = document.querySelector('#opening p');
  if (opening) opening.textContent = `Reroute could not start here. ${error.message ?? error}`;
  throw error;
}
