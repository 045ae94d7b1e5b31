import Question, { type SignOutQuestionProps } from '../auth/sign-out-question.tsx'
import { forgetUser } from './forget-user.ts'

/** Asks before signing out, and then removes the sheets and the search from this browser. Sketches saved by name stay. */
export default function SignOut({ onSignedOut, ...props }: SignOutQuestionProps) {
  return (
    <Question
      {...props}
      onSignedOut={() => {
        onSignedOut()
        return forgetUser()
      }}
    />
  )
}
