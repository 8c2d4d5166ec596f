// Values of a call as short text. What an object holds is left alone: of a list its length, of anything else its class.

const MAX_TEXT = 256;
const MAX_ARGUMENT = 128;
const MAX_ARGUMENTS = 4;
const MAX_BYTES = 192;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function clipped(text, most = MAX_TEXT) {
  return text.length <= most ? text : text.slice(0, most);
}

export function base64(bytes) {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const three = ((bytes[i] & 255) << 16) | ((bytes[i + 1] & 255) << 8) | (bytes[i + 2] & 255);
    const left = bytes.length - i;
    for (let k = 0; k < 4; k++) out += k <= left ? DIGITS[(three >> (18 - 6 * k)) & 63] : '=';
  }
  return out;
}

// The bytes that a digest or a cipher was given, of byte[] and of byte[], offset, length; null of other arguments.
export function input(args, argumentTypes) {
  if (argumentTypes[0] === 'byte') return { head: base64([args[0]]), bytes: 1 };
  if (argumentTypes[0] !== '[B' || args[0] === null) return null;
  const ranged = argumentTypes[1] === 'int' && argumentTypes[2] === 'int';
  const from = ranged ? args[1] : 0;
  const bytes = ranged ? args[2] : args[0].length;
  const head = [];
  for (let i = 0; i < Math.min(bytes, MAX_BYTES); i++) head.push(args[0][from + i]);
  return { head: base64(head), bytes };
}

export function args(list) {
  return list.slice(0, MAX_ARGUMENTS).map(one =>
    typeof one === 'object' || typeof one === 'function' ? (one === null ? 'null' : clipped(String(one.$className ?? 'object'), MAX_ARGUMENT))
                                                         : clipped(String(one), MAX_ARGUMENT));
}

// {type, value} or {type, size} or {null: true}; nothing of what returns nothing.
export function returned(value, returnType) {
  if (returnType === 'void') return {};
  if (value === null || value === undefined) return { null: true };
  if (returnType === 'long') return { type: 'number', value: String(value) }; // the bridge's own class of 64 bits
  if (typeof value !== 'object' && typeof value !== 'function') return { type: typeof value, value: clipped(String(value)) };
  if (returnType.startsWith('[')) {
    const hex = returnType === '[B' ? { value: bytesAsHex(value) } : {};
    return { type: returnType, size: value.length, ...hex };
  }
  const type = clipped(String(value.$className), MAX_ARGUMENT);
  try {
    if (type === 'java.lang.String') return { type: 'string', value: clipped(String(value.toString())) };
    if (typeof value.size === 'function') return { type, size: Number(value.size()) };
  } catch (e) { /* it was there, whatever it is */ }
  return { type };
}

function bytesAsHex(bytes) {
  let out = '';
  for (let i = 0; i < Math.min(bytes.length, 32); i++) out += (bytes[i] & 255).toString(16).padStart(2, '0');
  return out;
}
