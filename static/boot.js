// Starts the page: loads the bindings and the WebAssembly named by this script's own element.
const { dataset } = document.querySelector('script[data-wasm]');
const at = (path) => new URL(path, document.baseURI);

const { default: start } = await import(at(dataset.script));
await start({ module_or_path: at(dataset.wasm) });
