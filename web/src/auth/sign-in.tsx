import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { ApiError, type Session, startSignIn, verifyCode } from '../api/client.ts'
import { ThemeToggle } from '../components/theme-toggle.tsx'
import { messages } from '../messages/messages.ts'

interface SignInProps {
  /** Whether this browser has asked for a code before. */
  isCodeSent: boolean
  onSignedIn: (session: Session) => void
}

const CODE_LENGTH = 8
/** So long nobody needs a second mail. */
const RESEND_AFTER_S = 30
const FIELD = 'h-12 w-full rounded-lg border border-line bg-page px-3 text-lg'
const BUTTON = 'h-12 w-full rounded-lg bg-accent px-4 font-medium text-on-accent disabled:opacity-50'

/** Two steps: the address, then the code that was mailed to it. */
export function SignIn({ isCodeSent, onSignedIn }: SignInProps) {
  const [email, setEmail] = useState<string>()
  const [isCodeStep, setCodeStep] = useState(isCodeSent)
  const [problem, setProblem] = useState<string>()
  const [sentAt, setSentAt] = useState(0)
  const start = useMutation({
    mutationFn: startSignIn,
    onMutate: () => setProblem(undefined),
    onSuccess: (_, address) => {
      setEmail(address)
      setSentAt(Date.now())
      setCodeStep(true)
    },
  })
  const startOver = (reason?: string) => {
    start.reset()
    setCodeStep(false)
    setProblem(reason)
  }
  return (
    <main className="grid min-h-full place-items-center p-4">
      <div className="absolute top-2 right-2">
        <ThemeToggle />
      </div>
      <div className="w-full max-w-sm rounded-2xl border border-line bg-surface p-6 shadow-xs">
        <header className="flex items-center gap-2 pb-5">
          <img src="/icon.svg" alt="" className="size-8" />
          <h1 className="text-lg font-semibold tracking-tight">{messages.title}</h1>
        </header>
        {isCodeStep ? (
          <CodeStep
            email={email}
            onSignedIn={onSignedIn}
            onResend={email === undefined ? undefined : () => start.mutate(email)}
            sentAt={sentAt}
            problem={start.error?.message}
            onStartOver={startOver}
          />
        ) : (
          <AddressStep
            email={email}
            isBusy={start.isPending}
            problem={problem ?? start.error?.message}
            onSubmit={start.mutate}
          />
        )}
      </div>
    </main>
  )
}

interface AddressStepProps {
  email: string | undefined
  isBusy: boolean
  problem: string | undefined
  onSubmit: (email: string) => void
}

function AddressStep({ email, isBusy, problem, onSubmit }: AddressStepProps) {
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit(String(new FormData(event.currentTarget).get('email')))
      }}
    >
      <Field label={messages.signIn.email} hint={messages.signIn.emailHint}>
        <input
          name="email"
          type="email"
          required
          maxLength={254}
          autoComplete="email"
          // biome-ignore lint/a11y/noAutofocus: there is nothing else to do on this page
          autoFocus
          defaultValue={email}
          className={FIELD}
        />
      </Field>
      <Problem text={problem} />
      <button type="submit" disabled={isBusy} className={BUTTON}>
        {messages.signIn.send}
      </button>
    </form>
  )
}

interface CodeStepProps {
  /** undefined after the page was loaded anew. */
  email: string | undefined
  onSignedIn: (session: Session) => void
  onResend: (() => void) | undefined
  /** When the last code was sent, in milliseconds since 1970. */
  sentAt: number
  /** Why no other code could be sent. */
  problem: string | undefined
  onStartOver: (reason?: string) => void
}

function CodeStep({ email, onSignedIn, onResend, sentAt, problem, onStartOver }: CodeStepProps) {
  const input = useRef<HTMLInputElement>(null)
  const verify = useMutation({
    mutationFn: verifyCode,
    onSuccess: onSignedIn,
    onError: (error) => {
      if (error instanceof ApiError && error.code === 'challenge_gone') onStartOver(error.message)
      else input.current?.select()
    },
  })
  const submit = (code: string) => {
    if (!verify.isPending && code !== '') verify.mutate(code)
  }
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        submit(input.current!.value.trim())
      }}
    >
      <Field
        label={messages.signIn.code}
        hint={email === undefined ? messages.signIn.codeHint : messages.signIn.sentTo(email)}
      >
        <input
          ref={input}
          name="code"
          required
          maxLength={40}
          autoComplete="one-time-code"
          autoCapitalize="characters"
          spellCheck={false}
          // biome-ignore lint/a11y/noAutofocus: there is nothing else to do on this page
          autoFocus
          aria-invalid={verify.isError}
          onPaste={(event) => {
            const pasted = codeIn(event.clipboardData.getData('text'))
            if (pasted === undefined) return
            event.preventDefault()
            input.current!.value = pasted
            submit(pasted)
          }}
          className={`${FIELD} text-center font-mono tracking-[0.3em] uppercase`}
        />
      </Field>
      <Problem text={verify.error?.message ?? problem} />
      <button type="submit" disabled={verify.isPending} className={BUTTON}>
        {messages.signIn.signIn}
      </button>
      <div className="flex flex-wrap justify-between gap-x-4 text-sm">
        <button type="button" className="h-10 underline" onClick={() => onStartOver()}>
          {messages.signIn.otherAddress}
        </button>
        {onResend !== undefined && <Resend key={sentAt} onResend={onResend} />}
      </div>
    </form>
  )
}

function Resend({ onResend }: { onResend: () => void }) {
  const [left, setLeft] = useState(RESEND_AFTER_S)
  useEffect(() => {
    const timer = setInterval(() => setLeft((old) => Math.max(0, old - 1)), 1000)
    return () => clearInterval(timer)
  }, [])
  if (left > 0)
    return <span className="py-2.5 text-muted tabular-nums">{messages.signIn.resendIn(left)}</span>
  return (
    <button type="button" className="h-10 underline" onClick={onResend}>
      {messages.signIn.resend}
    </button>
  )
}

function Field({ label, hint, children }: { label: string; hint: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the field is its child
    <label className="block">
      <span className="font-medium">{label}</span>
      <span className="block pb-2 text-sm text-muted">{hint}</span>
      {children}
    </label>
  )
}

function Problem({ text }: { text: string | undefined }) {
  return (
    <p role="alert" className="text-danger text-sm empty:hidden">
      {text}
    </p>
  )
}

/** The code in what somebody has copied, which may be a whole line of the mail. */
function codeIn(text: string): string | undefined {
  const words = text.toUpperCase().match(/[A-Z0-9]+/g) ?? []
  const joined = words.join('')
  if (joined.length === CODE_LENGTH) return joined
  return words.find((word) => word.length === CODE_LENGTH)
}
