import { Keyboard, ListChecks } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { AccountActions, type AccountActionsProps } from '../auth/account-actions.tsx'
import { Button } from '../components/button.tsx'
import { Segmented } from '../components/segmented.tsx'
import { areSingleKeysOn, setSingleKeys } from '../components/single-keys.ts'
import { getStored, removeStored, setStored } from '../components/stored.ts'
import { Switch } from '../components/switch.tsx'
import { type Theme, useTheme } from '../components/use-theme.ts'
import { LANGUAGE_KEY, type Language } from '../messages/language.ts'
import { messages } from '../messages/messages.ts'
import { FOLDS } from '../state/address.ts'
import { setUsualFold, useUsualFold } from '../state/fold-setting.ts'
import { forgetUser } from './forget-user.ts'

export interface SettingsProps extends Omit<AccountActionsProps, 'onSignedOut'> {
  areScoresShown: boolean
  onScoresShown: (areShown: boolean) => void
  onShortcuts: () => void
  /** Shows the account of all files. */
  onFiles: () => void
}

/** Theme, language and other settings; for signed-in users also sign-out. */
export default function SettingsContent(props: SettingsProps) {
  const { areScoresShown, onScoresShown, onShortcuts, onFiles, ...account } = props
  const { app, shortcuts } = messages
  const [areKeysOn, setKeysOn] = useState(areSingleKeysOn)
  return (
    <div className="flex flex-col gap-3">
      <Appearance />
      <TilesChoice />
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
      <Button icon={<Keyboard />} onClick={onShortcuts}>
        {shortcuts.title}
      </Button>
      <Button icon={<ListChecks />} onClick={onFiles}>
        {app.filesOfFolder}
      </Button>
      <AccountActions {...account} onSignedOut={forgetUser} />
    </div>
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

/** Which files one tile stands for. */
function TilesChoice() {
  const { gallery } = messages
  const fold = useUsualFold()
  return (
    <Choice label={gallery.fold}>
      <Segmented
        label={gallery.fold}
        value={fold}
        onChange={setUsualFold}
        options={FOLDS.map((value) => ({ value, text: gallery.folds[value] }))}
      />
    </Choice>
  )
}

function Choice({ label, children }: { label: string; children: ReactNode }) {
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
