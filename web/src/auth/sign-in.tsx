import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { ApiError, type Session, startSignIn, verifyCode } from '../api/client.ts'
import { serverUrl } from '../api/server-url.ts'
import { Button } from '../components/button.tsx'
import { FIELD } from '../components/field.tsx'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'

interface SignInProps {
  /** Whether this browser has asked for a code before. */
  isCodeSent: boolean
  /** Whether the session ended without a sign-out in this page. */
  isEnded: boolean
  onSignedIn: (session: Session) => void
}

const CODE_LENGTH = 8
/** Another code can be requested after this time. */
const RESEND_AFTER_S = 30

/** Two steps: the address, then the code that was mailed to it. */
export function SignIn({ isCodeSent, isEnded, onSignedIn }: SignInProps) {
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
      <div className="w-full max-w-sm rounded-sheet border border-line bg-surface p-7 shadow-rest">
        <header className="flex items-center gap-2 pb-5">
          <img src={serverUrl('/icon.svg')} alt="" className="size-8" />
          <h1 className="font-semibold text-16 tracking-tight">{messages.app.title}</h1>
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
            notice={isEnded ? viewMessages.signIn.ended : undefined}
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
  /** Why the user has to sign in. */
  notice: string | undefined
  isBusy: boolean
  problem: string | undefined
  onSubmit: (email: string) => void
}

function AddressStep({ email, notice, isBusy, problem, onSubmit }: AddressStepProps) {
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit(String(new FormData(event.currentTarget).get('email')))
      }}
    >
      {notice !== undefined && (
        <p role="status" className="m-0">
          {notice}
        </p>
      )}
      <Labelled id="email" label={viewMessages.signIn.email} hint={viewMessages.signIn.emailHint}>
        <input
          id="email"
          aria-describedby="email-hint"
          name="email"
          type="email"
          required
          maxLength={254}
          autoComplete="email"
          // biome-ignore lint/a11y/noAutofocus: there is nothing else to do on this page
          autoFocus
          defaultValue={email}
          className={`${FIELD} w-full`}
        />
      </Labelled>
      <Problem text={problem} />
      <Button type="submit" variant="primary" size="large" isBusy={isBusy} className="w-full">
        {viewMessages.signIn.send}
      </Button>
    </form>
  )
}

interface CodeStepProps {
  /** undefined after a reload. */
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
      if (error instanceof ApiError && error.code === 'challenge_gone')
        onStartOver(viewMessages.signIn.codeGone)
      else input.current?.select()
    },
  })
  // The mail with another code may not arrive: only the reason for that is of interest now.
  const resend = () => {
    verify.reset()
    onResend?.()
  }
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
      <Labelled
        id="code"
        label={viewMessages.signIn.code}
        hint={email === undefined ? viewMessages.signIn.codeHint : viewMessages.signIn.sentTo(email)}
      >
        <input
          ref={input}
          id="code"
          aria-describedby="code-hint"
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
          className={`${FIELD} w-full text-center font-mono tracking-widest uppercase`}
        />
      </Labelled>
      <Problem text={verify.error?.message ?? problem} />
      <Button type="submit" variant="primary" size="large" isBusy={verify.isPending} className="w-full">
        {viewMessages.signIn.signIn}
      </Button>
      <div className="flex flex-wrap justify-between gap-x-4 text-13">
        <button type="button" className="h-10 underline" onClick={() => onStartOver()}>
          {viewMessages.signIn.otherAddress}
        </button>
        {onResend !== undefined && <Resend key={sentAt} onResend={resend} />}
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
  if (left > 0) return <span className="py-2.5 text-ink-2">{viewMessages.signIn.resendIn(left)}</span>
  return (
    <button type="button" className="h-10 underline" onClick={onResend}>
      {viewMessages.signIn.resend}
    </button>
  )
}

interface LabelledProps {
  /** The id of the input; its hint is described by this id with `-hint`. */
  id: string
  label: string
  hint: string
  children: ReactNode
}

function Labelled({ id, label, hint, children }: LabelledProps) {
  return (
    <div>
      <label htmlFor={id} className="block font-medium">
        {label}
      </label>
      <span id={`${id}-hint`} className="block pb-2 text-13 text-ink-2">
        {hint}
      </span>
      {children}
    </div>
  )
}

function Problem({ text }: { text: string | undefined }) {
  return (
    <p role="alert" className="text-13 text-danger empty:hidden">
      {text}
    </p>
  )
}

/** The code in a copied text, which may be a whole line of the mail. */
function codeIn(text: string): string | undefined {
  const words = text.toUpperCase().match(/[A-Z0-9]+/g) ?? []
  const joined = words.join('')
  if (joined.length === CODE_LENGTH) return joined
  return words.find((word) => word.length === CODE_LENGTH)
}
