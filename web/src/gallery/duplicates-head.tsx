import { ChevronDown, SlidersHorizontal } from 'lucide-react'
import { Button } from '../components/button.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { Menu, MenuChoice, MenuGroup } from '../components/menu.tsx'
import { ProgressRing } from '../components/progress-ring.tsx'
import { bytes } from '../messages/format.ts'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { freedBytes } from './duplicate-choice.ts'
import type { DuplicateGroup, useDuplicates } from './use-duplicates.ts'
import { ViewTitle } from './view-title.tsx'

/** One of several ways to list the groups. */
interface ReviewChoice {
  label: string
  texts: Readonly<Record<string, string>>
  value: string
  onChange: (value: never) => void
  /** The value alone would not be understood. */
  isNamed?: boolean
}

interface DuplicatesHeadProps {
  found: ReturnType<typeof useDuplicates>
  /** Number of groups that are left. */
  left: number
  groups: readonly DuplicateGroup[]
  choices: readonly ReviewChoice[]
  onBack: () => void
}

/** The way back, the number of groups, and how they are listed. */
export function DuplicatesHead({ found, left, groups, choices, onBack }: DuplicatesHeadProps) {
  const { duplicates: words } = viewMessages
  const freed = groups.reduce((sum, { images }) => sum + freedBytes(images), 0)
  return (
    <ViewTitle
      title={words.title}
      detail={
        <>
          {found.isPending ? messages.app.loading : words.groups(left)}
          {freed > 0 && `, ${words.toFree(bytes(freed))}`}
        </>
      }
      onBack={onBack}
    >
      {found.progress < 1 && (
        <span className="flex items-center gap-2 text-13 text-ink-2">
          <ProgressRing label={words.compared(found.progress)} share={found.progress} />
          <span aria-hidden="true" className="phone:hidden">
            {words.compared(found.progress)}
          </span>
        </span>
      )}
      <span className="flex-1" />
      <span className="flex gap-1 stacked:hidden">
        {choices.map((choice) => (
          <ChoiceMenu key={choice.label} choice={choice} />
        ))}
      </span>
      <span className="hidden stacked:contents">
        <Menu
          align="end"
          trigger={
            <IconButton label={words.listing}>
              <SlidersHorizontal />
            </IconButton>
          }
        >
          {choices.map((choice) => (
            <MenuGroup key={choice.label} label={choice.label}>
              <Options choice={choice} />
            </MenuGroup>
          ))}
        </Menu>
      </span>
    </ViewTitle>
  )
}

function ChoiceMenu({ choice }: { choice: ReviewChoice }) {
  const { label, texts, value, isNamed = false } = choice
  const full = `${label}: ${texts[value]}`
  return (
    <Menu
      align="end"
      trigger={
        <Button variant="ghost" size="small" aria-label={full}>
          {isNamed ? full : texts[value]}
          <ChevronDown aria-hidden="true" />
        </Button>
      }
    >
      <Options choice={choice} />
    </Menu>
  )
}

function Options({ choice: { label, texts, value, onChange } }: { choice: ReviewChoice }) {
  return (
    <MenuChoice
      label={label}
      value={value}
      onChange={onChange as (value: string) => void}
      options={Object.entries(texts).map(([value, text]) => ({ value, text }))}
    />
  )
}
