/** Resolves references of a pickle to anything outside of it. */
export interface UnpickleHooks {
  /** The class or function of that name. It should throw for whatever is not known to be harmless. */
  resolveGlobal(module: string, name: string): unknown
  /** The object that a persistent id stands for. */
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
/** Bytes of a whole number; reading one takes the square of its length. */
const MAX_NUMBER_LENGTH = 1024

/**
 * Reads a pickle of the protocols 2 to 5 without running anything. Numbers, strings, bytes, tuples, lists, dicts and sets are
 * built here: dicts as Maps, tuples and lists as arrays. Whatever else a pickle wants goes through the hooks.
 *
 * The opcodes are those that Python's `pickletools` documents.
 * @throws {RangeError} if the pickle is damaged or holds an opcode that none of these needs
 */
export function unpickle(bytes: Uint8Array, hooks: UnpickleHooks): unknown {
  const input = new PickleInput(bytes)
  const stack: unknown[] = []
  const memo = new Map<number, unknown>()

  const push = (value: unknown) => void stack.push(value)
  const pop = (): unknown => {
    if (stack.length === 0 || stack.at(-1) === MARK) throw damaged('its stack is empty')
    return stack.pop()
  }
  const popMany = (count: number): unknown[] => Array.from({ length: count }, pop).reverse()
  const popToMark = (): unknown[] => {
    const mark = stack.lastIndexOf(MARK)
    if (mark < 0) throw damaged('a mark is missing')
    return stack.splice(mark).slice(1)
  }
  /** The container below the items on the stack. */
  const container = <T>(type: new () => T): T => {
    const value = stack.at(-1)
    if (!(value instanceof type)) throw damaged('items are added to no container')
    return value
  }
  const setItems = (items: unknown[]) => {
    const map = container(Map)
    for (let i = 0; i + 1 < items.length; i += 2) map.set(items[i], items[i + 1])
  }
  const recall = (key: number) => {
    if (!memo.has(key)) throw damaged('it refers to what was never stored')
    push(memo.get(key))
  }
  const memoize = (key: number) => void memo.set(key, stack.at(-1))
  const resolveGlobal = (module: unknown, name: unknown) => {
    if (typeof module !== 'string' || typeof name !== 'string') throw damaged('a class without a name')
    push(hooks.resolveGlobal(module, name))
  }
  const call = () => {
    const [callee, args] = popMany(2)
    if (!(callee instanceof Callable) || !Array.isArray(args)) throw damaged('it calls what is no function')
    push(callee.call(args))
  }

  const operations: Record<string, () => void> = {
    '\x80': () => input.bytes(1), // PROTO
    '\x95': () => input.bytes(8), // FRAME
    '(': () => push(MARK),
    '0': pop, // POP
    '1': popToMark, // POP_MARK
    '2': () => push(stack.at(-1)), // DUP

    N: () => push(null),
    '\x88': () => push(true),
    '\x89': () => push(false),
    K: () => push(input.uint8()), // BININT1
    M: () => push(input.uint16()), // BININT2
    J: () => push(input.int32()), // BININT
    '\x8a': () => push(input.long(input.uint8())), // LONG1
    '\x8b': () => push(input.long(input.uint32())), // LONG4
    G: () => push(input.float64()), // BINFLOAT

    '\x8c': () => push(input.text(input.uint8())), // SHORT_BINUNICODE
    X: () => push(input.text(input.uint32())), // BINUNICODE
    '\x8d': () => push(input.text(input.uint64())), // BINUNICODE8
    U: () => push(input.text(input.uint8())), // SHORT_BINSTRING
    T: () => push(input.text(input.uint32())), // BINSTRING
    C: () => push(input.bytes(input.uint8())), // SHORT_BINBYTES
    B: () => push(input.bytes(input.uint32())), // BINBYTES
    '\x8e': () => push(input.bytes(input.uint64())), // BINBYTES8

    ')': () => push([]), // EMPTY_TUPLE
    t: () => push(popToMark()), // TUPLE
    '\x85': () => push(popMany(1)), // TUPLE1
    '\x86': () => push(popMany(2)), // TUPLE2
    '\x87': () => push(popMany(3)), // TUPLE3
    ']': () => push([]), // EMPTY_LIST
    l: () => push(popToMark()), // LIST
    a: () => {
      const item = pop() // APPEND
      container(Array).push(item)
    },
    e: () => {
      const items = popToMark() // APPENDS
      const list = container(Array)
      for (const item of items) list.push(item)
    },
    '}': () => push(new Map()), // EMPTY_DICT
    d: () => {
      const items = popToMark() // DICT
      push(new Map())
      setItems(items)
    },
    s: () => setItems(popMany(2)), // SETITEM
    u: () => setItems(popToMark()), // SETITEMS
    '\x8f': () => push(new Set()), // EMPTY_SET
    '\x90': () => {
      const items = popToMark() // ADDITEMS
      const set = container(Set)
      for (const item of items) set.add(item)
    },
    '\x91': () => push(new Set(popToMark())), // FROZENSET

    q: () => memoize(input.uint8()), // BINPUT
    r: () => memoize(input.uint32()), // LONG_BINPUT
    '\x94': () => memoize(memo.size), // MEMOIZE
    h: () => recall(input.uint8()), // BINGET
    j: () => recall(input.uint32()), // LONG_BINGET

    c: () => resolveGlobal(input.line(), input.line()), // GLOBAL
    '\x93': () => {
      const [module, name] = popMany(2) // STACK_GLOBAL
      resolveGlobal(module, name)
    },
    Q: () => push(hooks.resolvePersistentId(pop())), // BINPERSID
    R: call, // REDUCE
    '\x81': call, // NEWOBJ
    // Attributes of an object: what is built here has none that matter.
    b: pop, // BUILD
  }

  for (;;) {
    const opcode = String.fromCharCode(input.uint8())
    if (opcode === '.') return pop()
    const operation = Object.hasOwn(operations, opcode) ? operations[opcode] : undefined
    if (operation === undefined) throw damaged(`it holds the unknown opcode ${JSON.stringify(opcode)}`)
    operation()
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
