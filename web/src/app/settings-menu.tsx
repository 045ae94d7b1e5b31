import { Keyboard, ListChecks, Settings } from 'lucide-react'
import { useState } from 'react'
import { AccountActions } from '../auth/account-actions.tsx'
import { Button } from '../components/button.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { Popover } from '../components/popover.tsx'
import { Segmented } from '../components/segmented.tsx'
import { areSingleKeysOn, setSingleKeys } from '../components/single-keys.ts'
import { getStored, removeStored, setStored } from '../components/stored.ts'
import { Switch } from '../components/switch.tsx'
import { type Theme, useTheme } from '../components/use-theme.ts'
import { LANGUAGE_KEY, type Language } from '../messages/language.ts'
import { messages } from '../messages/messages.ts'
import { AccountDialog } from '../status/account-dialog.tsx'

interface SettingsMenuProps {
  areScoresShown: boolean
  onScoresShown: (areShown: boolean) => void
  onShortcuts: () => void
  beforeLeaving: () => Promise<void>
}

/** Theme, language and the like; for signed-in users the way out, too. */
export function SettingsMenu({
  areScoresShown,
  onScoresShown,
  onShortcuts,
  beforeLeaving,
}: SettingsMenuProps) {
  const { app, shortcuts } = messages
  const [isOpen, setOpen] = useState(false)
  const [isAccountOpen, setAccountOpen] = useState(false)
  const [areKeysOn, setKeysOn] = useState(areSingleKeysOn)
  return (
    <>
      <Popover
        label={app.settings}
        align="end"
        isOpen={isOpen}
        onOpenChange={setOpen}
        trigger={
          <IconButton label={app.settings}>
            <Settings />
          </IconButton>
        }
      >
        <div className="flex flex-col gap-3">
          <Appearance />
          <Switch label={app.alwaysScores} isOn={areScoresShown} onChange={onScoresShown} />
          <Switch
            label={shortcuts.single}
            hint={shortcuts.singleHint}
            isOn={areKeysOn}
            onChange={(isOn) => {
              setKeysOn(isOn)
              setSingleKeys(isOn)
            }}
          />
          <Button
            icon={<Keyboard />}
            onClick={() => {
              setOpen(false)
              onShortcuts()
            }}
          >
            {shortcuts.title}
          </Button>
          <Button
            icon={<ListChecks />}
            onClick={() => {
              setOpen(false)
              setAccountOpen(true)
            }}
          >
            {messages.app.filesOfFolder}
          </Button>
          <AccountActions beforeLeaving={beforeLeaving} />
        </div>
      </Popover>
      <AccountDialog isOpen={isAccountOpen} onClose={() => setAccountOpen(false)} />
    </>
  )
}

/** Theme and language. */
function Appearance() {
  const { app } = messages
  const [theme, setTheme] = useTheme()
  return (
    <>
      <Choice label={app.theme}>
        <Segmented<Theme>
          label={app.theme}
          value={theme}
          onChange={setTheme}
          options={(['system', 'light', 'dark'] as const).map((value) => ({
            value,
            text: app.themes[value],
          }))}
        />
      </Choice>
      <Choice label={app.language}>
        <Segmented<Language | 'system'>
          label={app.language}
          value={(getStored(LANGUAGE_KEY) as Language | null) ?? 'system'}
          onChange={changeLanguage}
          options={(['system', 'en', 'de'] as const).map((value) => ({
            value,
            text: app.languages[value],
          }))}
        />
      </Choice>
    </>
  )
}

function Choice({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <span className="font-medium">{label}</span>
      {children}
    </div>
  )
}

/** The words are chosen when the page starts. */
function changeLanguage(next: Language | 'system'): void {
  if (next === 'system') removeStored(LANGUAGE_KEY)
  else setStored(LANGUAGE_KEY, next)
  location.reload()
}
