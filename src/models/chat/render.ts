import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import type { ChatMessage, ChatRequest } from '../../core/chat.ts';

/** What a template is rendered with. */
export interface TemplateInput {
  readonly messages: readonly ChatMessage[];
  readonly addGenerationPrompt: boolean;
  readonly tokens: Readonly<Record<string, string>>;
  readonly variables: NonNullable<ChatRequest['variables']>;
  /** What strftime_now writes. */
  readonly date: Date;
}

/** The template itself refused the conversation, with raise_exception. */
export class TemplateRefusal extends Error {}

/** The template calls for something that is not there. */
export class Unsupported extends Error {}

/** Renders a template with one input. Throws TemplateRefusal, Unsupported, and what the library throws. */
export type Render = (input: TemplateInput) => string;

/** A prompt that a model could read is shorter, in characters. */
const LONGEST_PROMPT = 1 << 24;
const LONGEST_RANGE = 10_000;

/** Parses a template, as the reference library sets Jinja up: blocks take their line with them. Throws SyntaxError. */
export function compileTemplate(source: string): Render {
  const program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
  return (input) => {
    const { value } = new ChatInterpreter(environmentOf(input)).run(program);
    if (typeof value !== 'string') throw new Error('it gave no text');
    if (value.length > LONGEST_PROMPT) throw new Error(`it wrote ${value.length} characters`);
    return value;
  };
}

type Node = NonNullable<Parameters<Interpreter['evaluate']>[0]>;
type Value = ReturnType<Interpreter['evaluate']>;

/** The library strips whitespace whatever it is told to strip; Qwen's templates strip line breaks only. */
class ChatInterpreter extends Interpreter {
  override evaluate(node: Node | undefined, environment: Environment): Value {
    const call = node === undefined ? undefined : strippingCall(node);
    if (call === undefined) return super.evaluate(node, environment);
    const text = this.evaluate(call.object, environment).value;
    const characters = this.evaluate(call.characters, environment).value;
    if (typeof text !== 'string' || typeof characters !== 'string') throw new Unsupported(`${call.name}() of other things than texts`);
    // Setting a variable is the one way to make a value of the library's.
    return new Environment().set('stripped', strip(text, characters, call.name));
  }
}

const STRIPS = ['strip', 'lstrip', 'rstrip'] as const;
type Strip = (typeof STRIPS)[number];

/** `object.strip(characters)` and its two sisters; undefined for every other node. */
function strippingCall(node: Node): { readonly name: Strip; readonly object: Node; readonly characters: Node } | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const { callee, args } = node as Node & { readonly callee: Node; readonly args: readonly Node[] };
  const [characters] = args;
  if (characters === undefined || callee.type !== 'MemberExpression') return undefined;
  const { object, property, computed } = callee as Node & { readonly object: Node; readonly property: { readonly value?: unknown }; readonly computed: boolean };
  const name = computed ? undefined : STRIPS.find((known) => known === property.value);
  return name === undefined ? undefined : { name, object, characters };
}

function strip(text: string, characters: string, name: Strip): string {
  const set = new Set(characters);
  const all = Array.from(text);
  const first = name === 'rstrip' ? 0 : all.findIndex((character) => !set.has(character));
  const last = name === 'lstrip' ? all.length - 1 : all.findLastIndex((character) => !set.has(character));
  return first < 0 ? '' : all.slice(first, last + 1).join('');
}

/** Template's own names: constants, the functions that chat templates may call, then what the conversation brings. */
function environmentOf({ messages, addGenerationPrompt, tokens, variables, date }: TemplateInput): Environment {
  const environment = new Environment();
  const constants = { true: true, True: true, false: false, False: false, none: null, None: null };
  const functions = { raise_exception: refuse, range, strftime_now: (format: unknown) => strftime(date, format) };
  const all = { ...variables, ...tokens, messages, add_generation_prompt: addGenerationPrompt, ...functions, ...constants };
  // The environment declares each name once; `namespace` is its own.
  for (const [name, value] of Object.entries(all)) if (name !== 'namespace') environment.set(name, value);
  return environment;
}

function refuse(message: unknown): never {
  throw new TemplateRefusal(typeof message === 'string' ? message : 'no reason given');
}

function range(...args: readonly unknown[]): number[] {
  const numbers = args.filter((value) => typeof value === 'number');
  const [start = 0, stop = 0, step = 1] = numbers.length === 1 ? [0, ...numbers] : numbers;
  const length = step === 0 ? NaN : Math.max(0, Math.ceil((stop - start) / step));
  if (!(length <= LONGEST_RANGE)) throw new Error(`it counts from ${start} to ${stop} by ${step}`);
  return Array.from({ length }, (_, i) => start + i * step);
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Python's strftime in the C locale, for a point in UTC. */
function strftime(date: Date, format: unknown): string {
  if (typeof format !== 'string') throw new Unsupported('strftime_now without a format');
  const two = (value: number) => String(value).padStart(2, '0');
  const month = MONTHS[date.getUTCMonth()] ?? '';
  const day = DAYS[date.getUTCDay()] ?? '';
  const parts: Readonly<Record<string, string>> = {
    Y: String(date.getUTCFullYear()),
    y: two(date.getUTCFullYear() % 100),
    m: two(date.getUTCMonth() + 1),
    d: two(date.getUTCDate()),
    '-d': String(date.getUTCDate()),
    '-m': String(date.getUTCMonth() + 1),
    e: String(date.getUTCDate()).padStart(2, ' '),
    B: month,
    b: month.slice(0, 3),
    A: day,
    a: day.slice(0, 3),
    H: two(date.getUTCHours()),
    I: two(date.getUTCHours() % 12 || 12),
    M: two(date.getUTCMinutes()),
    S: two(date.getUTCSeconds()),
    p: date.getUTCHours() < 12 ? 'AM' : 'PM',
    '%': '%',
  };
  return format.replace(/%(-?[A-Za-z%]?)/g, (whole, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new Unsupported(`strftime_now("${whole}")`);
    return part;
  });
}
