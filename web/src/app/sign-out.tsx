import Question, { type SignOutQuestionProps } from '../auth/sign-out-question.tsx'
import { forgetUser } from './forget-user.ts'

/** The question before signing out, after which nothing remains for the next user. */
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
