/** Resolves references of a pickle to anything outside of it. */
export interface UnpickleHooks {
  /** The class or function of that name. It should throw for everything that is not known to be harmless. */
  resolveGlobal(module: string, name: string): unknown
  /** The object of a persistent id. */
  resolvePersistentId(id: unknown): unknown
}

/** Return value of `resolveGlobal` for something that a pickle may call. */
export class Callable {
  readonly call: (args: unknown[]) => unknown

  constructor(call: (args: unknown[]) => unknown) {
    this.call = call
  }
}

const MARK = Symbol('mark')
/** Maximum length of an integer in bytes. The time to read one grows with the square of its length. */
const MAX_NUMBER_LENGTH = 1024

/**
 * Reads a pickle of the protocols 2 to 5 without running anything. Numbers, strings, bytes, tuples, lists, dicts and sets are
 * built here: dicts as Maps, tuples and lists as arrays. Everything else is passed to the hooks.
 * Python's `pickletools` documents the opcodes.
 * @throws {RangeError} if the pickle is damaged or contains an unsupported opcode
 */
export function unpickle(bytes: Uint8Array, hooks: UnpickleHooks): unknown {
  const input = new PickleInput(bytes)
  const stack = new PickleStack(hooks)
  const operations = operationsOn(stack, input)
  for (;;) {
    const opcode = String.fromCharCode(input.uint8())
    if (opcode === '.') return stack.pop()
    const operation = Object.hasOwn(operations, opcode) ? operations[opcode] : undefined
    if (operation === undefined) throw damaged(`it holds the unknown opcode ${JSON.stringify(opcode)}`)
    operation()
  }
}

/** Returns what each opcode does to the stack. */
function operationsOn(stack: PickleStack, input: PickleInput): Record<string, () => void> {
  return {
    '\x80': () => input.bytes(1), // PROTO
    '\x95': () => input.bytes(8), // FRAME
    '(': () => stack.mark(),
    '0': () => stack.pop(), // POP
    '1': () => stack.popToMark(), // POP_MARK
    '2': () => stack.duplicate(), // DUP

    N: () => stack.push(null),
    '\x88': () => stack.push(true),
    '\x89': () => stack.push(false),
    K: () => stack.push(input.uint8()), // BININT1
    M: () => stack.push(input.uint16()), // BININT2
    J: () => stack.push(input.int32()), // BININT
    '\x8a': () => stack.push(input.long(input.uint8())), // LONG1
    '\x8b': () => stack.push(input.long(input.uint32())), // LONG4
    G: () => stack.push(input.float64()), // BINFLOAT

    '\x8c': () => stack.push(input.text(input.uint8())), // SHORT_BINUNICODE
    X: () => stack.push(input.text(input.uint32())), // BINUNICODE
    '\x8d': () => stack.push(input.text(input.uint64())), // BINUNICODE8
    U: () => stack.push(input.text(input.uint8())), // SHORT_BINSTRING
    T: () => stack.push(input.text(input.uint32())), // BINSTRING
    C: () => stack.push(input.bytes(input.uint8())), // SHORT_BINBYTES
    B: () => stack.push(input.bytes(input.uint32())), // BINBYTES
    '\x8e': () => stack.push(input.bytes(input.uint64())), // BINBYTES8

    ')': () => stack.push([]), // EMPTY_TUPLE
    t: () => stack.push(stack.popToMark()), // TUPLE
    '\x85': () => stack.push(stack.popMany(1)), // TUPLE1
    '\x86': () => stack.push(stack.popMany(2)), // TUPLE2
    '\x87': () => stack.push(stack.popMany(3)), // TUPLE3
    ']': () => stack.push([]), // EMPTY_LIST
    l: () => stack.push(stack.popToMark()), // LIST
    a: () => {
      const item = stack.pop() // APPEND
      stack.container(Array).push(item)
    },
    e: () => {
      const items = stack.popToMark() // APPENDS
      const list = stack.container(Array)
      for (const item of items) list.push(item)
    },
    '}': () => stack.push(new Map()), // EMPTY_DICT
    d: () => {
      const items = stack.popToMark() // DICT
      stack.push(new Map())
      stack.setItems(items)
    },
    s: () => stack.setItems(stack.popMany(2)), // SETITEM
    u: () => stack.setItems(stack.popToMark()), // SETITEMS
    '\x8f': () => stack.push(new Set()), // EMPTY_SET
    '\x90': () => {
      const items = stack.popToMark() // ADDITEMS
      const set = stack.container(Set)
      for (const item of items) set.add(item)
    },
    '\x91': () => stack.push(new Set(stack.popToMark())), // FROZENSET

    q: () => stack.memoize(input.uint8()), // BINPUT
    r: () => stack.memoize(input.uint32()), // LONG_BINPUT
    '\x94': () => stack.memoize(stack.memoSize), // MEMOIZE
    h: () => stack.recall(input.uint8()), // BINGET
    j: () => stack.recall(input.uint32()), // LONG_BINGET

    c: () => stack.resolveGlobal(input.line(), input.line()), // GLOBAL
    '\x93': () => {
      const [module, name] = stack.popMany(2) // STACK_GLOBAL
      stack.resolveGlobal(module, name)
    },
    Q: () => stack.resolvePersistentId(), // BINPERSID
    R: () => stack.call(), // REDUCE
    '\x81': () => stack.call(), // NEWOBJ
    // Attributes of an object, which are not needed here.
    b: () => stack.pop(), // BUILD
  }
}

class PickleStack {
  readonly #stack: unknown[] = []
  readonly #memo = new Map<number, unknown>()
  readonly #hooks: UnpickleHooks

  constructor(hooks: UnpickleHooks) {
    this.#hooks = hooks
  }

  get memoSize(): number {
    return this.#memo.size
  }

  push(value: unknown): void {
    this.#stack.push(value)
  }

  duplicate(): void {
    this.push(this.#stack.at(-1))
  }

  mark(): void {
    this.push(MARK)
  }

  pop(): unknown {
    if (this.#stack.length === 0 || this.#stack.at(-1) === MARK) throw damaged('its stack is empty')
    return this.#stack.pop()
  }

  popMany(count: number): unknown[] {
    return Array.from({ length: count }, () => this.pop()).reverse()
  }

  popToMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK)
    if (mark < 0) throw damaged('a mark is missing')
    return this.#stack.splice(mark).slice(1)
  }

  /** The container below the items on the stack. */
  container<T>(type: new () => T): T {
    const value = this.#stack.at(-1)
    if (!(value instanceof type)) throw damaged('items are added to no container')
    return value
  }

  setItems(items: unknown[]): void {
    const map = this.container(Map)
    for (let i = 0; i + 1 < items.length; i += 2) map.set(items[i], items[i + 1])
  }

  recall(key: number): void {
    if (!this.#memo.has(key)) throw damaged('it refers to a value that was never stored')
    this.push(this.#memo.get(key))
  }

  memoize(key: number): void {
    this.#memo.set(key, this.#stack.at(-1))
  }

  resolveGlobal(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string') throw damaged('a class without a name')
    this.push(this.#hooks.resolveGlobal(module, name))
  }

  resolvePersistentId(): void {
    this.push(this.#hooks.resolvePersistentId(this.pop()))
  }

  call(): void {
    const [callee, args] = this.popMany(2)
    if (!(callee instanceof Callable) || !Array.isArray(args))
      throw damaged('it calls something that is not a function')
    this.push(callee.call(args))
  }
}

/** Reads the arguments of opcodes; little-endian, except for floats. */
class PickleInput {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  bytes(length: number): Uint8Array {
    const start = this.#skip(length)
    return this.#bytes.slice(start, start + length)
  }

  uint8 = () => this.#view.getUint8(this.#skip(1))
  uint16 = () => this.#view.getUint16(this.#skip(2), true)
  uint32 = () => this.#view.getUint32(this.#skip(4), true)
  int32 = () => this.#view.getInt32(this.#skip(4), true)
  uint64 = () => Number(this.#view.getBigUint64(this.#skip(8), true))
  float64 = () => this.#view.getFloat64(this.#skip(8), false)

  /** A whole number in two's complement; beyond 2^53 it is rounded. */
  long(length: number): number {
    if (length > MAX_NUMBER_LENGTH) throw damaged('a number is too long')
    const bytes = this.bytes(length)
    let value = 0n
    for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte)
    return Number(BigInt.asIntN(8 * length, value))
  }

  text(length: number): string {
    const start = this.#skip(length)
    return new TextDecoder().decode(this.#bytes.subarray(start, start + length))
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at)
    if (end < 0) throw damaged('it ends early')
    const text = this.text(end - this.#at)
    this.#skip(1)
    return text
  }

  #skip(length: number): number {
    const start = this.#at
    if (start + length > this.#bytes.length) throw damaged('it ends early')
    this.#at += length
    return start
  }
}

function damaged(reason: string): RangeError {
  return new RangeError(`the pickle is damaged: ${reason}`)
}
